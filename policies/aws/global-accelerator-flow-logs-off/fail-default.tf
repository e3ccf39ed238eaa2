resource "aws_globalaccelerator_accelerator" "portal" { # expect: global-accelerator-flow-logs-off
  name = "portal"
}
