resource "aws_globalaccelerator_accelerator" "portal" {
  name = "portal"
  attributes {
    flow_logs_enabled = false # expect: global-accelerator-flow-logs-off
  }
}
