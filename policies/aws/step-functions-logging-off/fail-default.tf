resource "aws_sfn_state_machine" "intake" { # expect: step-functions-logging-off
  role_arn   = "arn:aws:iam::111122223333:role/intake"
  definition = "{}"
}
