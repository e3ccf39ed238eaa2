resource "aws_kms_key" "backup" {}

resource "aws_backup_vault" "phi" {
  name        = "phi"
  kms_key_arn = aws_kms_key.backup.arn
}
