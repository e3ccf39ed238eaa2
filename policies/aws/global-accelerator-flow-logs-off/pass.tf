resource "aws_globalaccelerator_accelerator" "portal" {
  name = "portal"
  attributes {
    flow_logs_enabled   = true
    flow_logs_s3_bucket = "clinic-logs"
    flow_logs_s3_prefix = "accelerator/"
  }
}
