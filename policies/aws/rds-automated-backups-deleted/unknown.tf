variable "drop" {
  type = bool
}

resource "aws_db_instance" "variable" {
  engine                   = "postgres"
  instance_class           = "db.t4g.medium"
  delete_automated_backups = var.drop # expect: rds-automated-backups-deleted
}
