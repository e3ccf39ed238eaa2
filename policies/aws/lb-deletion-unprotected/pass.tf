variable "value" {
  default = true
}

resource "aws_lb" "phi" {
  name                       = "portal"
  enable_deletion_protection = true
}

resource "aws_alb" "phi" {
  name                       = "portal"
  enable_deletion_protection = true
}

resource "aws_lb" "from_variable" {
  name                       = "portal"
  enable_deletion_protection = var.value
}
