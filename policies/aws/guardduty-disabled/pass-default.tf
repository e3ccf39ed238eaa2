# What is not written holds.
resource "aws_guardduty_detector" "absent" {
}
