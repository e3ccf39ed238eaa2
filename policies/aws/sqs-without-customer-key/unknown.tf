variable "key" {
  type = string
}

resource "aws_sqs_queue" "variable" {
  name              = "results"
  kms_master_key_id = var.key # expect: sqs-without-customer-key
}
