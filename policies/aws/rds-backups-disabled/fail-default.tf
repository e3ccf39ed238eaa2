resource "aws_db_instance" "absent" { # expect: rds-backups-disabled
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}
