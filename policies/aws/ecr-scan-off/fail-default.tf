# What is not written is off.
resource "aws_ecr_repository" "absent" { # expect: ecr-scan-off
  name = "portal"
}
