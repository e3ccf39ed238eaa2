resource "aws_guardduty_detector" "off" {
  enable = false # expect: guardduty-disabled
}

resource "aws_guardduty_detector" "text" {
  enable = "false" # expect: guardduty-disabled
}
