variable "database" {
  type = string
}

resource "aws_db_snapshot" "variable" { # expect: rds-snapshot-unencrypted
  db_instance_identifier = var.database
  db_snapshot_identifier = "patients"
}

resource "aws_db_snapshot" "elsewhere" { # expect: rds-snapshot-unencrypted
  db_instance_identifier = "patients"
  db_snapshot_identifier = "patients"
}
