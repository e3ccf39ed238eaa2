provider "aws" {
  region = "us-east-1"
}

resource "aws_ebs_encryption_by_default" "this" {
  region = "us-east-1"
}

resource "aws_instance" "app" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7i.large"

  root_block_device {
    volume_size = 50
  }
}
