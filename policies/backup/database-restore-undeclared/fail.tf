resource "aws_db_instance" "ehr" { # expect: database-restore-undeclared
  engine = "postgres"
}
