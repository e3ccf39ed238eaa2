resource "aws_ebs_encryption_by_default" "off" {
  enabled = false # expect: ebs-default-encryption-off
}

resource "aws_ebs_encryption_by_default" "text" {
  enabled = "false" # expect: ebs-default-encryption-off
}
