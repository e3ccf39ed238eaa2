variable "key" {
  type = string
}

resource "aws_sqs_queue" "variable" { # expect: sqs-without-customer-key
  name              = "results"
  kms_master_key_id = var.key
}
