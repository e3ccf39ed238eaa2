resource "aws_ebs_encryption_by_default" "this" {
  enabled = true
}

resource "aws_instance" "app" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
}

resource "aws_launch_template" "app" {
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 50
    }
  }
}

resource "aws_launch_template" "image" {
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
}
