variable "days" {
  type = number
}

resource "aws_db_instance" "variable" {
  engine                  = "postgres"
  instance_class          = "db.t4g.medium"
  backup_retention_period = var.days # expect: rds-backup-retention-short
}
