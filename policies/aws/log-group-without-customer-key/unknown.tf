variable "key" {
  type = string
}

resource "aws_cloudwatch_log_group" "variable" {
  name       = "/clinic/portal"
  kms_key_id = var.key # expect: log-group-without-customer-key
}
