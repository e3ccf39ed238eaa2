resource "aws_kms_key" "phi" {}

resource "aws_ebs_volume" "scans" {
  availability_zone = "us-east-1a"
  size              = 100
  encrypted         = true
  kms_key_id        = aws_kms_key.phi.arn
}

resource "aws_ebs_snapshot" "scans" {
  volume_id = aws_ebs_volume.scans.id
}

resource "aws_ebs_volume" "restored" {
  availability_zone = "us-east-1b"
  snapshot_id       = aws_ebs_snapshot.scans.id
}

resource "aws_ebs_volume" "restored_flag" {
  availability_zone = "us-east-1b"
  snapshot_id       = "snap-0123456789abcdef0"
  encrypted         = true
}
