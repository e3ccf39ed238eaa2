resource "aws_db_snapshot" "public" {
  db_instance_identifier = "patients"
  db_snapshot_identifier = "patients-export"
  shared_accounts        = ["all"] # expect: rds-snapshot-public
}

resource "aws_db_snapshot_copy" "public" {
  source_db_snapshot_identifier = "arn:aws:rds:us-east-1:111122223333:snapshot:patients"
  target_db_snapshot_identifier = "patients-copy"
  shared_accounts = [
    "444455556666",
    "all", # expect: rds-snapshot-public
  ]
}

resource "aws_rds_cluster_snapshot_copy" "public" {
  source_db_cluster_snapshot_identifier = "arn:aws:rds:us-east-1:111122223333:cluster-snapshot:charts"
  target_db_cluster_snapshot_identifier = "charts-copy"
  shared_accounts                       = ["all"] # expect: rds-snapshot-public
}
