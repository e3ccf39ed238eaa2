# Where the provider works is not written down.
resource "aws_ebs_encryption_by_default" "this" {
  region = "eu-west-1"
}

resource "aws_instance" "app" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7i.large"

  root_block_device { # expect: ec2-disk-unencrypted
    volume_size = 50
  }
}
