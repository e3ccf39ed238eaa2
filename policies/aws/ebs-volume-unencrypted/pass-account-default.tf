resource "aws_ebs_encryption_by_default" "this" {}

resource "aws_ebs_volume" "scans" {
  availability_zone = "us-east-1a"
  size              = 100
}
