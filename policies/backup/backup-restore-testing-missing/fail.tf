resource "aws_backup_plan" "phi" { # expect: backup-restore-testing-missing
  name = "phi"
  rule {
    rule_name         = "daily"
    target_vault_name = "phi"
    schedule          = "cron(0 5 * * ? *)"
  }
}
