variable "value" {
  type = bool
}

resource "aws_lb" "variable" {
  name                       = "portal"
  enable_deletion_protection = var.value # expect: lb-deletion-unprotected
}

resource "aws_alb" "variable" {
  name                       = "portal"
  enable_deletion_protection = var.value # expect: lb-deletion-unprotected
}
