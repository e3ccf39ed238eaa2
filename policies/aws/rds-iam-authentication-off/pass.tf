resource "aws_db_instance" "phi" {
  identifier                          = "patients"
  engine                              = "postgres"
  instance_class                      = "db.m7g.large"
  iam_database_authentication_enabled = true
}
