resource "aws_backup_vault" "bare" { # expect: backup-vault-deletable
  name = "bare"
}

# The policy can be replaced, and then the backups deleted.
resource "aws_backup_vault" "half" { # expect: backup-vault-deletable
  name = "half"
}

resource "aws_backup_vault_policy" "half" {
  backup_vault_name = aws_backup_vault.half.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "backup:DeleteRecoveryPoint"
      Resource  = "*"
    }]
  })
}

resource "aws_backup_vault" "short" {
  name = "short"
}

resource "aws_backup_vault_lock_configuration" "short" {
  backup_vault_name   = aws_backup_vault.short.name
  min_retention_days  = 7 # expect: backup-vault-deletable
  changeable_for_days = 3
}
