resource "aws_sqs_queue" "absent" {
  name = "results"
}
