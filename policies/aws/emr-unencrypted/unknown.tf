variable "configuration" {
  type = string
}

resource "aws_emr_security_configuration" "variable" {
  name          = "variable"
  configuration = var.configuration # expect: emr-unencrypted
}
