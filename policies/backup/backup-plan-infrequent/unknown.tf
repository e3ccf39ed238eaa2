variable "schedule" {
  type = string
}

resource "aws_backup_plan" "variable" { # expect: backup-plan-infrequent
  name = "phi"
  rule {
    rule_name         = "daily"
    target_vault_name = "phi"
    schedule          = var.schedule
  }
}
