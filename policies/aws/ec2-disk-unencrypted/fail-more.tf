resource "aws_spot_fleet_request" "batch" {
  iam_fleet_role  = "arn:aws:iam::111122223333:role/fleet"
  target_capacity = 2
  launch_specification {
    ami           = "ami-0123456789abcdef0"
    instance_type = "m5.large"
    root_block_device { # expect: ec2-disk-unencrypted
      volume_size = 50
    }
  }
}

resource "aws_ami" "base" {
  name             = "base"
  root_device_name = "/dev/xvda"
  ebs_block_device { # expect: ec2-disk-unencrypted
    device_name = "/dev/xvda"
    volume_size = 8
  }
}

resource "aws_imagebuilder_image_recipe" "base" {
  name         = "base"
  parent_image = "arn:aws:imagebuilder:us-east-1:aws:image/amazon-linux-2023-x86/x.x.x"
  version      = "1.0.0"
  block_device_mapping {
    device_name = "/dev/xvdb"
    ebs {
      volume_size = 20
      encrypted   = false # expect: ec2-disk-unencrypted
    }
  }
}
