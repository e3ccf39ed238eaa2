resource "aws_db_snapshot_copy" "patients" { # expect: rds-snapshot-copy-without-key
  source_db_snapshot_identifier = "arn:aws:rds:us-east-1:111122223333:snapshot:patients"
  target_db_snapshot_identifier = "patients-copy"
}

resource "aws_rds_cluster_snapshot_copy" "charts" { # expect: rds-snapshot-copy-without-key
  source_db_cluster_snapshot_identifier = "arn:aws:rds:us-east-1:111122223333:cluster-snapshot:charts"
  target_db_cluster_snapshot_identifier = "charts-copy"
}
