resource "aws_ebs_volume" "restored" { # expect: ebs-volume-unencrypted
  availability_zone = "us-east-1a"
  snapshot_id       = "snap-0123456789abcdef0"
}
