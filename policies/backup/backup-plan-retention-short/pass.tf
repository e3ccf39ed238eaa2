resource "aws_backup_plan" "phi" {
  name = "phi"
  rule {
    rule_name         = "hourly"
    target_vault_name = "phi"
    schedule          = "rate(1 hour)"
    lifecycle {
      delete_after = 2
    }
  }
  rule {
    rule_name         = "daily"
    target_vault_name = "phi"
    schedule          = "cron(0 5 * * ? *)"
    lifecycle {
      delete_after = 35
    }
  }
}
