provider "aws" {
  alias   = "backup"
  profile = "backup"
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
  provider            = aws.backup
  name                = "phi_restore"
  schedule_expression = "cron(0 9 ? * MON *)"
  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT"]
  }
}
