variable "days" {
  type = number
}

resource "aws_backup_vault_lock_configuration" "phi" {
  backup_vault_name   = "phi"
  min_retention_days  = 35
  changeable_for_days = var.days # expect: backup-vault-lock-governance
}
