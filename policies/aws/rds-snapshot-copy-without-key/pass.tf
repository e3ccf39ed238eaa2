resource "aws_kms_key" "phi" {}

resource "aws_db_snapshot_copy" "patients" {
  source_db_snapshot_identifier = "arn:aws:rds:us-east-1:111122223333:snapshot:patients"
  target_db_snapshot_identifier = "patients-copy"
  kms_key_id                    = aws_kms_key.phi.arn
}

resource "aws_rds_cluster_snapshot_copy" "charts" {
  source_db_cluster_snapshot_identifier = "arn:aws:rds:us-east-1:111122223333:cluster-snapshot:charts"
  target_db_cluster_snapshot_identifier = "charts-copy"
  kms_key_id                            = aws_kms_key.phi.arn
}
