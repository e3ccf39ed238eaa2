resource "aws_cloudwatch_log_group" "intake" {
  name = "intake"
}

resource "aws_sfn_state_machine" "intake" {
  role_arn   = "arn:aws:iam::111122223333:role/intake"
  definition = "{}"
  logging_configuration {
    level           = "ALL"
    log_destination = "${aws_cloudwatch_log_group.intake.arn}:*"
  }
}
