resource "aws_db_instance" "patients" {
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}

resource "aws_db_snapshot" "patients" { # expect: rds-snapshot-unencrypted
  db_instance_identifier = aws_db_instance.patients.identifier
  db_snapshot_identifier = "patients"
}

resource "aws_rds_cluster" "charts" {
  cluster_identifier = "charts"
  engine             = "aurora-postgresql"
  storage_encrypted  = false
}

resource "aws_db_cluster_snapshot" "charts" { # expect: rds-snapshot-unencrypted
  db_cluster_identifier          = aws_rds_cluster.charts.id
  db_cluster_snapshot_identifier = "charts"
}
