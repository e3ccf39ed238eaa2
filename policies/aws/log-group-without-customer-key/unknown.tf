variable "key" {
  type = string
}

resource "aws_cloudwatch_log_group" "variable" { # expect: log-group-without-customer-key
  name       = "/clinic/portal"
  kms_key_id = var.key
}
