# The testing plan names the vault to leave it out.
resource "aws_backup_vault" "phi" {
  name = "phi"
}

resource "aws_backup_plan" "phi" { # expect: backup-restore-testing-missing
  name = "phi"
  rule {
    rule_name         = "daily"
    target_vault_name = "phi"
    schedule          = "cron(0 5 * * ? *)"
  }
}

resource "aws_backup_restore_testing_plan" "phi" {
  name                = "phi_restore"
  schedule_expression = "cron(0 9 ? * MON *)"
  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["arn:aws:backup:us-east-1:111122223333:backup-vault:other"]
    exclude_vaults       = [aws_backup_vault.phi.arn]
    recovery_point_types = ["SNAPSHOT"]
  }
}
