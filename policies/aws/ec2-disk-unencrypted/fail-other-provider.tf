# The default is that of one region.
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "elsewhere"
  region = "eu-west-1"
}

resource "aws_ebs_encryption_by_default" "this" {
  enabled = true
}

resource "aws_instance" "app" {
  provider      = aws.elsewhere
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  root_block_device { # expect: ec2-disk-unencrypted
    volume_size = 50
  }
}
