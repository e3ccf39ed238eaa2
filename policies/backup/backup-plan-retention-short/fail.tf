resource "aws_backup_plan" "short" {
  name = "short"
  rule {
    rule_name         = "daily"
    target_vault_name = "phi"
    schedule          = "cron(0 5 * * ? *)"
    lifecycle {
      delete_after = 14 # expect: backup-plan-retention-short
    }
  }
  # A monthly backup does not stand in for the days between.
  rule {
    rule_name         = "monthly"
    target_vault_name = "phi"
    schedule          = "cron(0 5 1 * ? *)"
    lifecycle {
      delete_after = 365
    }
  }
}
