resource "aws_kms_key" "logs" {}

resource "aws_cloudwatch_log_group" "phi" {
  name       = "/clinic/portal"
  kms_key_id = aws_kms_key.logs.arn
}
