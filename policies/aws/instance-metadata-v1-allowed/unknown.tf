variable "value" {
  type = string
}

resource "aws_instance" "variable" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "m7g.large"
  metadata_options {
    http_tokens = var.value # expect: instance-metadata-v1-allowed
  }
}

resource "aws_launch_template" "variable" {
  name = "portal"
  metadata_options {
    http_tokens = var.value # expect: instance-metadata-v1-allowed
  }
}

resource "aws_launch_configuration" "variable" {
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "m5.large"
  metadata_options {
    http_tokens = var.value # expect: instance-metadata-v1-allowed
  }
}
