resource "aws_instance" "off" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "m7g.large"
  metadata_options {
    http_tokens = "optional" # expect: instance-metadata-v1-allowed
  }
}

resource "aws_launch_template" "off" {
  name = "portal"
  metadata_options {
    http_tokens = "optional" # expect: instance-metadata-v1-allowed
  }
}

resource "aws_launch_configuration" "off" {
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "m5.large"
  metadata_options {
    http_tokens = "optional" # expect: instance-metadata-v1-allowed
  }
}
