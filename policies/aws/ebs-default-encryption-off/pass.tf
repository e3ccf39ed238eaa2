variable "value" {
  default = true
}

resource "aws_ebs_encryption_by_default" "phi" {
  enabled = true
}

resource "aws_ebs_encryption_by_default" "from_variable" {
  enabled = var.value
}
