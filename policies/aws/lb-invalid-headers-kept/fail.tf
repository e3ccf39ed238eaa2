resource "aws_lb" "off" {
  name                       = "portal"
  drop_invalid_header_fields = false # expect: lb-invalid-headers-kept
}

resource "aws_lb" "text" {
  name                       = "portal"
  drop_invalid_header_fields = "false" # expect: lb-invalid-headers-kept
}

resource "aws_alb" "off" {
  name                       = "portal"
  drop_invalid_header_fields = false # expect: lb-invalid-headers-kept
}

resource "aws_alb" "text" {
  name                       = "portal"
  drop_invalid_header_fields = "false" # expect: lb-invalid-headers-kept
}
