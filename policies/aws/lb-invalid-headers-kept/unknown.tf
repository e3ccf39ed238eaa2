variable "value" {
  type = bool
}

resource "aws_lb" "variable" {
  name                       = "portal"
  drop_invalid_header_fields = var.value # expect: lb-invalid-headers-kept
}

resource "aws_alb" "variable" {
  name                       = "portal"
  drop_invalid_header_fields = var.value # expect: lb-invalid-headers-kept
}
