resource "aws_backup_vault" "phi" {
  name = "phi"
}

resource "aws_backup_vault_lock_configuration" "phi" {
  backup_vault_name   = aws_backup_vault.phi.name
  min_retention_days  = 35
  changeable_for_days = 3
}

resource "aws_backup_vault" "by_policy" {
  name = "by-policy"
}

resource "aws_backup_vault_policy" "by_policy" {
  backup_vault_name = aws_backup_vault.by_policy.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"]
      Resource  = "*"
    }]
  })
}
