resource "aws_secretsmanager_secret" "plain" { # expect: secretsmanager-without-customer-key
  name = "ehr"
}

resource "aws_secretsmanager_secret" "managed" {
  name       = "ehr"
  kms_key_id = "alias/aws/secretsmanager" # expect: secretsmanager-without-customer-key
}
