resource "aws_sqs_queue" "plain" { # expect: sqs-without-customer-key
  name = "results"
}
