# What is not written is off.
resource "aws_lb" "absent" { # expect: lb-invalid-headers-kept
  name = "portal"
}

resource "aws_alb" "absent" { # expect: lb-invalid-headers-kept
  name = "portal"
}
