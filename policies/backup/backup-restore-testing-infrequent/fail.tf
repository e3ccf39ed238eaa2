resource "aws_backup_restore_testing_plan" "yearly" {
  name                = "yearly"
  schedule_expression = "cron(0 9 1 1 ? *)" # expect: backup-restore-testing-infrequent
  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT", "CONTINUOUS"]
  }
}
