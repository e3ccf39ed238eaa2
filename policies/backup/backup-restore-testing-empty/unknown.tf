variable "plan" {
  type = string
}

resource "aws_backup_restore_testing_plan" "phi" { # expect: backup-restore-testing-empty
  name                = "phi_restore"
  schedule_expression = "cron(0 9 ? * MON *)"
  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT", "CONTINUOUS"]
  }
}

resource "aws_backup_restore_testing_selection" "rds" {
  name                      = "rds"
  restore_testing_plan_name = var.plan
  protected_resource_type   = "RDS"
  iam_role_arn              = "arn:aws:iam::111122223333:role/backup"
  protected_resource_arns   = ["*"]
}
