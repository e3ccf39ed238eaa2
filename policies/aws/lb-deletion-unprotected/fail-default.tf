# What is not written is off.
resource "aws_lb" "absent" { # expect: lb-deletion-unprotected
  name = "portal"
}

resource "aws_alb" "absent" { # expect: lb-deletion-unprotected
  name = "portal"
}
