provider "aws" {
  region = "us-east-1"
}

resource "aws_ec2_instance_metadata_defaults" "account" {
  http_tokens = "required"
}

resource "aws_launch_template" "old" {
  name = "old"
  metadata_options {
    http_tokens = "optional" # expect: instance-metadata-v1-allowed
  }
}

# What the instance says itself counts first.
resource "aws_instance" "app" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.large"
  metadata_options {
    http_tokens = "optional" # expect: instance-metadata-v1-allowed
  }
}
