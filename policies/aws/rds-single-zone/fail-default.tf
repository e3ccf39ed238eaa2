resource "aws_db_instance" "absent" { # expect: rds-single-zone
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.m7g.large"
}
