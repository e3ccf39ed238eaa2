resource "aws_db_instance" "absent" { # expect: rds-storage-unencrypted
  identifier        = "patients"
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  allocated_storage = 50
}

variable "encrypted" {
  type    = bool
  default = null
}

# Null is absence: the provider's default is off.
resource "aws_db_instance" "null" {
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = var.encrypted # expect: rds-storage-unencrypted
}
