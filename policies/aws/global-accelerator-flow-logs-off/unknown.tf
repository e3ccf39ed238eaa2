variable "logs" {
  type = bool
}

resource "aws_globalaccelerator_accelerator" "portal" {
  name = "portal"
  attributes {
    flow_logs_enabled = var.logs # expect: global-accelerator-flow-logs-off
  }
}
