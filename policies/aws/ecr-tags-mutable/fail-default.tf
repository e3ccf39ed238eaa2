# What is not written is off.
resource "aws_ecr_repository" "absent" { # expect: ecr-tags-mutable
  name = "portal"
}
