variable "days" {
  type = number
}

resource "aws_backup_vault" "phi" { # expect: backup-vault-deletable
  name = "phi"
}

resource "aws_backup_vault_lock_configuration" "phi" {
  backup_vault_name   = aws_backup_vault.phi.name
  min_retention_days  = var.days # expect: backup-vault-deletable
  changeable_for_days = 3
}
