variable "protocols" {
  type = list(string)
}

resource "aws_transfer_server" "variable" {
  protocols = var.protocols # expect: transfer-protocol-plaintext
}
