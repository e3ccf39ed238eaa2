# What is not written is off.
resource "aws_ebs_snapshot_copy" "absent" { # expect: snapshot-copy-unencrypted
  source_region      = "us-west-2"
  source_snapshot_id = "snap-0a1b2c3d4e5f60718"
}

resource "aws_ami_copy" "absent" { # expect: snapshot-copy-unencrypted
  name              = "portal"
  source_ami_id     = "ami-0a1b2c3d4e5f60718"
  source_ami_region = "us-west-2"
}
