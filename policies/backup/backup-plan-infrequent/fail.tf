resource "aws_backup_plan" "weekly" { # expect: backup-plan-infrequent
  name = "weekly"
  rule {
    rule_name         = "weekly"
    target_vault_name = "phi"
    schedule          = "cron(0 5 ? * SUN *)"
  }
}

resource "aws_backup_plan" "weekdays" { # expect: backup-plan-infrequent
  name = "weekdays"
  rule {
    rule_name         = "weekdays"
    target_vault_name = "phi"
    schedule          = "cron(0 5 ? * MON-FRI *)"
  }
}
