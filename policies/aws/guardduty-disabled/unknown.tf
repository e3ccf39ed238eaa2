variable "value" {
  type = bool
}

resource "aws_guardduty_detector" "variable" {
  enable = var.value # expect: guardduty-disabled
}
