provider "aws" {
  region = "eu-west-1"
}

resource "aws_ebs_encryption_by_default" "this" {
  region = "us-east-1"
}

resource "aws_ebs_volume" "data" {
  region            = "us-east-1"
  availability_zone = "us-east-1a"
  size              = 50
}
