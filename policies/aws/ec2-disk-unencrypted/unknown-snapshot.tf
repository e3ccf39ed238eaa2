resource "aws_ami" "restored" {
  name             = "restored"
  root_device_name = "/dev/xvda"
  ebs_block_device { # expect: ec2-disk-unencrypted
    device_name = "/dev/xvda"
    snapshot_id = "snap-0123456789abcdef0"
  }
}
