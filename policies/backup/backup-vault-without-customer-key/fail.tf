resource "aws_backup_vault" "phi" { # expect: backup-vault-without-customer-key
  name = "phi"
}

variable "key" {
  type    = string
  default = null
}

resource "aws_backup_vault" "null" {
  name        = "null"
  kms_key_arn = var.key # expect: backup-vault-without-customer-key
}
