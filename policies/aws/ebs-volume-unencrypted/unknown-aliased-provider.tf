# The default is declared for the provider with the alias, the disk belongs to the one without a block.
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

resource "aws_ebs_encryption_by_default" "this" {
  provider = aws.west
}

resource "aws_ebs_volume" "data" { # expect: ebs-volume-unencrypted
  availability_zone = "us-east-1a"
  size              = 50
}
