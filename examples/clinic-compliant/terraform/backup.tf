resource "aws_backup_vault" "clinic" {
  name        = "clinic"
  kms_key_arn = aws_kms_key.records.arn
}

resource "aws_backup_vault_lock_configuration" "clinic" {
  backup_vault_name   = aws_backup_vault.clinic.name
  min_retention_days  = 35
  changeable_for_days = 3
}

resource "aws_backup_plan" "clinic" {
  name = "clinic"

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.clinic.name
    schedule          = "cron(0 5 ? * * *)"
    lifecycle {
      delete_after = 35
    }
  }
}

resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = aws_backup_plan.clinic.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }
}

resource "aws_backup_restore_testing_plan" "clinic" {
  name                = "clinic"
  schedule_expression = "cron(0 6 ? * SUN *)"

  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = [aws_backup_vault.clinic.arn]
    recovery_point_types = ["SNAPSHOT", "CONTINUOUS"]
  }
}

resource "aws_backup_restore_testing_selection" "rds" {
  for_each                  = toset(["RDS", "Aurora"])
  name                      = lower(each.key)
  restore_testing_plan_name = aws_backup_restore_testing_plan.clinic.name
  protected_resource_type   = each.key
  iam_role_arn              = "arn:aws:iam::123456789012:role/restore-testing"
  protected_resource_arns   = ["*"]
  validation_window_hours   = 4
}
