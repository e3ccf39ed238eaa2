resource "aws_db_instance" "off" {
  identifier                          = "patients"
  engine                              = "postgres"
  instance_class                      = "db.m7g.large"
  iam_database_authentication_enabled = false # expect: rds-iam-authentication-off
}
