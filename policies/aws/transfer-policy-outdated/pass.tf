variable "value" {
  default = "TransferSecurityPolicy-2024-01"
}

resource "aws_transfer_server" "phi" {
  security_policy_name = "TransferSecurityPolicy-2024-01"
}

resource "aws_transfer_server" "from_variable" {
  security_policy_name = var.value
}
