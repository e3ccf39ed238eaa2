resource "aws_db_instance" "off" {
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = false # expect: rds-storage-unencrypted
}

resource "aws_db_instance" "text" {
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = "false" # expect: rds-storage-unencrypted
}

# A key alone does not encrypt.
resource "aws_db_instance" "key_only" { # expect: rds-storage-unencrypted
  engine         = "postgres"
  instance_class = "db.t4g.medium"
  kms_key_id     = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

locals {
  databases = {
    charts = { encrypted = true }
    scans  = { encrypted = false }
  }
}

resource "aws_db_instance" "each" {
  for_each          = local.databases
  identifier        = each.key
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = each.value.encrypted # expect: rds-storage-unencrypted
}
