variable "days" {
  type = number
}

resource "aws_backup_plan" "variable" {
  name = "phi"
  rule {
    rule_name         = "daily"
    target_vault_name = "phi"
    schedule          = "cron(0 5 * * ? *)"
    lifecycle {
      delete_after = var.days # expect: backup-plan-retention-short
    }
  }
}
