resource "aws_backup_plan" "phi" {
  name = "phi"
  rule {
    rule_name         = "daily"
    target_vault_name = "phi"
    schedule          = "cron(0 5 * * ? *)"
  }
}

resource "aws_backup_plan" "cold" {
  name = "cold"
  rule {
    rule_name         = "daily"
    target_vault_name = "phi"
    schedule          = "cron(0 5 * * ? *)"
    lifecycle {
      cold_storage_after = 30
    }
  }
}
