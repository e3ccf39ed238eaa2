resource "aws_backup_restore_testing_plan" "phi" { # expect: backup-restore-testing-empty
  name                = "phi_restore"
  schedule_expression = "cron(0 9 ? * MON *)"
  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT", "CONTINUOUS"]
  }
}
