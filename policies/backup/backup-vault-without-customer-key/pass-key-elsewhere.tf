data "aws_kms_alias" "phi" {
  name = "alias/phi-backup"
}

resource "aws_backup_vault" "phi" {
  name        = "phi"
  kms_key_arn = data.aws_kms_alias.phi.target_key_arn
}

resource "aws_backup_vault" "written" {
  name        = "written"
  kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}
