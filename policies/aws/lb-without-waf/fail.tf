resource "aws_lb" "open" { # expect: lb-without-waf
  name = "portal"
}
