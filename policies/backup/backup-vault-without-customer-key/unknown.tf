variable "key" {
  type = string
}

resource "aws_backup_vault" "variable" {
  name        = "phi"
  kms_key_arn = var.key # expect: backup-vault-without-customer-key
}
