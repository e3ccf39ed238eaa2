variable "value" {
  default = "required"
}

resource "aws_instance" "phi" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "m7g.large"
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_template" "phi" {
  name = "portal"
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_configuration" "phi" {
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "m5.large"
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_instance" "from_variable" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "m7g.large"
  metadata_options {
    http_tokens = var.value
  }
}
