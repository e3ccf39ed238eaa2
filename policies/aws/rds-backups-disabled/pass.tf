resource "aws_db_instance" "patients" {
  engine                  = "postgres"
  instance_class          = "db.t4g.medium"
  backup_retention_period = 35
}

resource "aws_db_instance" "replica" {
  replicate_source_db = aws_db_instance.patients.identifier
  instance_class      = "db.t4g.medium"
}
