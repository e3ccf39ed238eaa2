resource "aws_lb" "off" {
  name                       = "portal"
  enable_deletion_protection = false # expect: lb-deletion-unprotected
}

resource "aws_lb" "text" {
  name                       = "portal"
  enable_deletion_protection = "false" # expect: lb-deletion-unprotected
}

resource "aws_alb" "off" {
  name                       = "portal"
  enable_deletion_protection = false # expect: lb-deletion-unprotected
}

resource "aws_alb" "text" {
  name                       = "portal"
  enable_deletion_protection = "false" # expect: lb-deletion-unprotected
}
