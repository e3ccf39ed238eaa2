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

resource "aws_ebs_volume" "data" { # expect: ebs-volume-unencrypted
  provider          = aws.elsewhere
  availability_zone = "eu-west-1a"
  size              = 50
}
