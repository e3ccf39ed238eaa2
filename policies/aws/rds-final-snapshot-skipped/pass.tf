resource "aws_db_instance" "patients" {
  engine                    = "postgres"
  instance_class            = "db.t4g.medium"
  skip_final_snapshot       = false
  final_snapshot_identifier = "patients-final"
}

resource "aws_db_instance" "replica" {
  replicate_source_db = aws_db_instance.patients.identifier
  instance_class      = "db.t4g.medium"
  skip_final_snapshot = true
}
