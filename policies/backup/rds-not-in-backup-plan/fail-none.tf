resource "aws_db_instance" "patients" { # expect: rds-not-in-backup-plan
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}
