resource "aws_db_snapshot" "private" {
  db_instance_identifier = "patients"
  db_snapshot_identifier = "patients-export"
}
