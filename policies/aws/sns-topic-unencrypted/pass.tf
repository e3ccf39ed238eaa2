resource "aws_kms_key" "phi" {}

resource "aws_sns_topic" "phi" {
  name              = "results"
  kms_master_key_id = aws_kms_key.phi.id
}

resource "aws_sns_topic" "managed" {
  name              = "results"
  kms_master_key_id = "alias/aws/sns"
}
