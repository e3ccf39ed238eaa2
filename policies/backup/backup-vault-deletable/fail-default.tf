resource "aws_backup_vault" "phi" {
  name = "phi"
}

# Without a shortest retention a backup may be set to expire tomorrow.
resource "aws_backup_vault_lock_configuration" "phi" { # expect: backup-vault-deletable
  backup_vault_name   = aws_backup_vault.phi.name
  changeable_for_days = 3
}
