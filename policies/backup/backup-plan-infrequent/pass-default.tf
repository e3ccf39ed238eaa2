resource "aws_backup_plan" "phi" {
  name = "phi"
  rule {
    rule_name         = "default"
    target_vault_name = "phi"
  }
}
