resource "aws_instance" "app" { # expect: instance-metadata-v1-allowed
  launch_template {
    id = "lt-0123456789abcdef0"
  }
}
