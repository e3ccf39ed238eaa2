# Events are kept for ever.
resource "aws_cloudwatch_log_group" "ever" {
  name = "/clinic/portal"
}
