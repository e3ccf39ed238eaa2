# Without an `ebs` block the mapping says nothing of encryption: the image decides.
resource "aws_launch_template" "app" { # expect: ec2-disk-unencrypted
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m7i.large"

  block_device_mappings {
    device_name = "/dev/xvda"
  }
}
