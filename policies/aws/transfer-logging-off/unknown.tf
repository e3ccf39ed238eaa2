variable "role" {
  type = string
}

resource "aws_transfer_server" "variable" { # expect: transfer-logging-off
  logging_role = var.role
}
