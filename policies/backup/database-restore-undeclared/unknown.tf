resource "aws_db_instance" "restored" { # expect: database-restore-undeclared
  snapshot_identifier = "rds:clinic-2026-11-01"
}
