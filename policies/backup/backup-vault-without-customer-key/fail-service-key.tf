# The key that AWS keeps for the service, under its name.
data "aws_kms_alias" "backup" {
  name = "alias/aws/backup"
}

data "aws_kms_key" "backup" {
  key_id = "alias/aws/backup"
}

resource "aws_backup_vault" "alias" {
  name        = "alias"
  kms_key_arn = data.aws_kms_alias.backup.target_key_arn # expect: backup-vault-without-customer-key
}

resource "aws_backup_vault" "key" {
  name        = "key"
  kms_key_arn = data.aws_kms_key.backup.arn # expect: backup-vault-without-customer-key
}

resource "aws_backup_vault" "written" {
  name        = "written"
  kms_key_arn = "arn:aws:kms:us-east-1:111122223333:alias/aws/backup" # expect: backup-vault-without-customer-key
}
