resource "aws_db_instance" "restored" { # expect: rds-storage-unencrypted
  snapshot_identifier = "rds:patients-2026-01-01"
  instance_class      = "db.t4g.medium"
}

resource "aws_db_instance" "point_in_time" { # expect: rds-storage-unencrypted
  instance_class = "db.t4g.medium"
  restore_to_point_in_time {
    source_db_instance_identifier = "patients"
    use_latest_restorable_time    = true
  }
}

resource "aws_db_instance" "replica" { # expect: rds-storage-unencrypted
  replicate_source_db = "patients"
  instance_class      = "db.t4g.medium"
}
