resource "aws_backup_plan" "phi" {
  name = "phi"
  rule {
    rule_name                = "continuous"
    target_vault_name        = "phi"
    schedule                 = "cron(0 5 ? * SUN *)"
    enable_continuous_backup = true
  }
}
