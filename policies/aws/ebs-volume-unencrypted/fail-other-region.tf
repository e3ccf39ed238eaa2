# The default is that of the region that it names.
provider "aws" {
  region = "us-east-1"
}

resource "aws_ebs_encryption_by_default" "this" {
  region = "eu-west-1"
}

resource "aws_ebs_volume" "data" { # expect: ebs-volume-unencrypted
  availability_zone = "us-east-1a"
  size              = 50
}
