resource "aws_sfn_state_machine" "intake" {
  role_arn   = "arn:aws:iam::111122223333:role/intake"
  definition = "{}"
  logging_configuration {
    level = "OFF" # expect: step-functions-logging-off
  }
}
