variable "key" {
  type = string
}

resource "aws_sns_topic" "variable" {
  name              = "results"
  kms_master_key_id = var.key # expect: sns-topic-unencrypted
}
