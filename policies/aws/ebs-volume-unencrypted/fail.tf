resource "aws_ebs_volume" "off" {
  availability_zone = "us-east-1a"
  size              = 100
  encrypted         = false # expect: ebs-volume-unencrypted
}

resource "aws_ebs_snapshot_copy" "copy" {
  source_snapshot_id = "snap-0123456789abcdef0"
  source_region      = "us-west-2"
}

resource "aws_ebs_volume" "restored" { # expect: ebs-volume-unencrypted
  availability_zone = "us-east-1b"
  snapshot_id       = aws_ebs_snapshot_copy.copy.id
}

resource "aws_ebs_volume" "plain" {
  availability_zone = "us-east-1a"
  size              = 100
  encrypted         = false # expect: ebs-volume-unencrypted
}

resource "aws_ebs_snapshot" "plain" {
  volume_id = aws_ebs_volume.plain.id
}

resource "aws_ebs_volume" "restored_off" {
  availability_zone = "us-east-1b"
  snapshot_id       = "snap-0123456789abcdef0"
  encrypted         = false # expect: ebs-volume-unencrypted
}

resource "aws_ebs_volume" "restored_plain" { # expect: ebs-volume-unencrypted
  availability_zone = "us-east-1b"
  snapshot_id       = aws_ebs_snapshot.plain.id
}
