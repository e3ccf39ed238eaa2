resource "aws_db_instance" "patients" {
  identifier        = "patients"
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = true
}

resource "aws_db_snapshot" "patients" {
  db_instance_identifier = aws_db_instance.patients.identifier
  db_snapshot_identifier = "patients"
}

# A key works in its own region only: a copy to another one needs its own.
resource "aws_db_snapshot_copy" "far" { # expect: rds-snapshot-copy-without-key
  source_db_snapshot_identifier = aws_db_snapshot.patients.db_snapshot_arn
  target_db_snapshot_identifier = "patients-copy"
  destination_region            = "us-west-2"
}
