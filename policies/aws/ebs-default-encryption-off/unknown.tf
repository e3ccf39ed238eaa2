variable "value" {
  type = bool
}

resource "aws_ebs_encryption_by_default" "variable" {
  enabled = var.value # expect: ebs-default-encryption-off
}
