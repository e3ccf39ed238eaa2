resource "aws_db_instance" "patients" {
  engine                   = "postgres"
  instance_class           = "db.t4g.medium"
  delete_automated_backups = false
}

resource "aws_db_instance" "replica" {
  replicate_source_db = aws_db_instance.patients.identifier
  instance_class      = "db.t4g.medium"
}
