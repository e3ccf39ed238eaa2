# Whoever calls from elsewhere may delete.
resource "aws_backup_vault" "phi" { # expect: backup-vault-deletable
  name = "phi"
}

resource "aws_backup_vault_policy" "phi" {
  backup_vault_name = aws_backup_vault.phi.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"]
      Resource  = "*"
      Condition = { IpAddress = { "aws:SourceIp" = "198.51.100.0/24" } }
    }]
  })
}
