resource "aws_kms_key" "secrets" {}

resource "aws_secretsmanager_secret" "key" {
  name = "ehr"
  kms_key_id = "alias/secrets"
}
