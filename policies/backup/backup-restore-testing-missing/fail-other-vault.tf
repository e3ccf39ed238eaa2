resource "aws_backup_vault" "phi" {
  name = "phi"
}

resource "aws_backup_vault" "other" {
  name = "other"
}

resource "aws_backup_plan" "phi" { # expect: backup-restore-testing-missing
  name = "phi"
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.phi.name
    schedule          = "cron(0 5 * * ? *)"
  }
}

resource "aws_backup_restore_testing_plan" "other" {
  name                = "other_restore"
  schedule_expression = "cron(0 9 ? * MON *)"
  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = [aws_backup_vault.other.arn]
    recovery_point_types = ["SNAPSHOT"]
  }
}
