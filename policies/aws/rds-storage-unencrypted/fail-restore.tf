resource "aws_db_instance" "restored" {
  snapshot_identifier = "rds:patients-2026-01-01"
  instance_class      = "db.t4g.medium"
  storage_encrypted   = false # expect: rds-storage-unencrypted
}
