resource "aws_backup_restore_testing_plan" "monthly" {
  name                = "monthly"
  schedule_expression = "cron(0 9 1 * ? *)"
  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT", "CONTINUOUS"]
  }
}
