variable "value" {
  default = true
}

resource "aws_guardduty_detector" "phi" {
  enable = true
}

resource "aws_guardduty_detector" "from_variable" {
  enable = var.value
}
