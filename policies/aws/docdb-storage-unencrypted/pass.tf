resource "aws_kms_key" "phi" {}

resource "aws_docdb_cluster" "charts" {
  cluster_identifier = "charts"
  storage_encrypted  = true
  kms_key_id         = aws_kms_key.phi.arn
}

resource "aws_docdb_cluster" "restored" {
  cluster_identifier  = "charts-restored"
  snapshot_identifier = "charts-2026-01-01"
  kms_key_id          = aws_kms_key.phi.arn
}
