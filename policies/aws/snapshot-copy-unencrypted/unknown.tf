variable "value" {
  type = bool
}

resource "aws_ebs_snapshot_copy" "variable" {
  source_region      = "us-west-2"
  source_snapshot_id = "snap-0a1b2c3d4e5f60718"
  encrypted          = var.value # expect: snapshot-copy-unencrypted
}

resource "aws_ami_copy" "variable" {
  name              = "portal"
  source_ami_id     = "ami-0a1b2c3d4e5f60718"
  source_ami_region = "us-west-2"
  encrypted         = var.value # expect: snapshot-copy-unencrypted
}
