# Recovery points have other ARNs than the vault.
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
      Resource  = "arn:aws:backup:us-east-1:111122223333:backup-vault:phi"
    }]
  })
}
