variable "value" {
  type = string
}

resource "aws_transfer_server" "variable" {
  security_policy_name = var.value # expect: transfer-policy-outdated
}
