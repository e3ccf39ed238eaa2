resource "aws_backup_plan" "phi" {
  name = "phi"
  rule {
    rule_name         = "daily"
    target_vault_name = "phi"
    schedule          = "cron(0 5 * * ? *)"
  }
  rule {
    rule_name         = "monthly"
    target_vault_name = "phi"
    schedule          = "cron(0 5 1 * ? *)"
  }
}

resource "aws_backup_plan" "hourly" {
  name = "hourly"
  rule {
    rule_name         = "hourly"
    target_vault_name = "phi"
    schedule          = "rate(6 hours)"
  }
}
