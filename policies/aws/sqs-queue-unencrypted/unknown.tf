variable "encrypt" {
  type = bool
}

resource "aws_sqs_queue" "variable" {
  name                    = "results"
  sqs_managed_sse_enabled = var.encrypt # expect: sqs-queue-unencrypted
}
