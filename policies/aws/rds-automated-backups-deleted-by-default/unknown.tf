variable "drop" {
  type = bool
}

# Null would be absence.
resource "aws_db_instance" "variable" { # expect: rds-automated-backups-deleted-by-default
  engine                   = "postgres"
  instance_class           = "db.t4g.medium"
  delete_automated_backups = var.drop
}
