resource "aws_ebs_encryption_by_default" "off" {
  enabled = false
}

resource "aws_ebs_volume" "absent" { # expect: ebs-volume-unencrypted
  availability_zone = "us-east-1a"
  size              = 100
}
