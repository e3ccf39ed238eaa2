resource "aws_ebs_snapshot_copy" "off" {
  source_region      = "us-west-2"
  source_snapshot_id = "snap-0a1b2c3d4e5f60718"
  encrypted          = false # expect: snapshot-copy-unencrypted
}

resource "aws_ebs_snapshot_copy" "text" {
  source_region      = "us-west-2"
  source_snapshot_id = "snap-0a1b2c3d4e5f60718"
  encrypted          = "false" # expect: snapshot-copy-unencrypted
}

resource "aws_ami_copy" "off" {
  name              = "portal"
  source_ami_id     = "ami-0a1b2c3d4e5f60718"
  source_ami_region = "us-west-2"
  encrypted         = false # expect: snapshot-copy-unencrypted
}

resource "aws_ami_copy" "text" {
  name              = "portal"
  source_ami_id     = "ami-0a1b2c3d4e5f60718"
  source_ami_region = "us-west-2"
  encrypted         = "false" # expect: snapshot-copy-unencrypted
}
