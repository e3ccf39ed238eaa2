resource "aws_backup_vault_lock_configuration" "phi" { # expect: backup-vault-lock-governance
  backup_vault_name  = "phi"
  min_retention_days = 35
}
