# The default is declared for the provider with the alias, the disk belongs to the one without a block.
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

resource "aws_ebs_encryption_by_default" "this" {
  provider = aws.west
}

resource "aws_instance" "app" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7i.large"

  root_block_device { # expect: ec2-disk-unencrypted
    volume_size = 50
  }
}
