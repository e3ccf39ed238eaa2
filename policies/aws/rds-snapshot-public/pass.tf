resource "aws_db_snapshot" "shared" {
  db_instance_identifier = "patients"
  db_snapshot_identifier = "patients-export"
  shared_accounts        = ["444455556666"]
}
