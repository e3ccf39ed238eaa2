resource "aws_sqs_queue" "off" {
  name                    = "results"
  sqs_managed_sse_enabled = false # expect: sqs-queue-unencrypted
}
