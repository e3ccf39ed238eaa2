variable "key" {
  type = string
}

resource "aws_sns_topic" "variable" { # expect: sns-topic-unencrypted
  name              = "results"
  kms_master_key_id = var.key
}
