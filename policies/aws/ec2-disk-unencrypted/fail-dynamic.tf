locals {
  disks = {
    "/dev/sdf" = true
    "/dev/sdg" = false
  }
}

resource "aws_instance" "app" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  root_block_device {
    encrypted = true
  }
  dynamic "ebs_block_device" {
    for_each = local.disks
    content {
      device_name = ebs_block_device.key
      encrypted   = ebs_block_device.value # expect: ec2-disk-unencrypted
    }
  }
}
