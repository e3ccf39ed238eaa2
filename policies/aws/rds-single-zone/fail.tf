resource "aws_db_instance" "off" {
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.m7g.large"
  multi_az       = false # expect: rds-single-zone
}
