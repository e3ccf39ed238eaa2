# The default is declared for the same configuration of the provider.
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

resource "aws_ebs_encryption_by_default" "this" {
  provider = aws.west
}

resource "aws_ebs_volume" "data" {
  provider          = aws.west
  availability_zone = "us-west-2a"
  size              = 50
}
