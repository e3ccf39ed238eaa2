variable "encrypted" {
  type = bool
}

resource "aws_ebs_volume" "variable" {
  availability_zone = "us-east-1a"
  size              = 100
  encrypted         = var.encrypted # expect: ebs-volume-unencrypted
}
