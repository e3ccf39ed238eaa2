variable "value" {
  default = true
}

resource "aws_lb" "phi" {
  name                       = "portal"
  drop_invalid_header_fields = true
}

resource "aws_alb" "phi" {
  name                       = "portal"
  drop_invalid_header_fields = true
}

resource "aws_lb" "from_variable" {
  name                       = "portal"
  drop_invalid_header_fields = var.value
}
