variable "log" {
  type = bool
}

resource "aws_lb" "variable" {
  name = "portal"
  access_logs {
    bucket  = "logs"
    enabled = var.log # expect: lb-access-logs-off
  }
}
