resource "aws_backup_vault" "clinic" {
  name = "clinic"
}

resource "aws_backup_plan" "clinic" {
  name = "clinic"

  rule {
    rule_name         = "weekly"
    target_vault_name = aws_backup_vault.clinic.name
    schedule          = "cron(0 5 ? * SUN *)"
    lifecycle {
      delete_after = 14
    }
  }
}
