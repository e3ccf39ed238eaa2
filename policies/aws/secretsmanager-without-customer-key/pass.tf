resource "aws_kms_key" "secrets" {}

resource "aws_secretsmanager_secret" "key" {
  name       = "ehr"
  kms_key_id = aws_kms_key.secrets.arn
}

resource "aws_secretsmanager_secret" "alias" {
  name       = "ehr"
  kms_key_id = "alias/secrets"
}
