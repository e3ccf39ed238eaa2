variable "schedule" {
  type = string
}

resource "aws_backup_restore_testing_plan" "variable" {
  name                = "variable"
  schedule_expression = var.schedule # expect: backup-restore-testing-infrequent
  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT", "CONTINUOUS"]
  }
}
