variable "encrypted" {
  type = bool
}

resource "aws_db_instance" "patients" {
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = var.encrypted # expect: rds-storage-unencrypted
}

resource "aws_db_instance" "mixed" {
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = var.encrypted ? true : false # expect: rds-storage-unencrypted
}
