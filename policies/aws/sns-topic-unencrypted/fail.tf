resource "aws_sns_topic" "plain" { # expect: sns-topic-unencrypted
  name = "results"
}

resource "aws_sns_topic" "null" {
  name              = "results"
  kms_master_key_id = null # expect: sns-topic-unencrypted
}
