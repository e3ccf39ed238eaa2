variable "key" {
  type = string
}

resource "aws_secretsmanager_secret" "variable" {
  name       = "ehr"
  kms_key_id = var.key # expect: secretsmanager-without-customer-key
}
