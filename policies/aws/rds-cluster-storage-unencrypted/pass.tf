resource "aws_kms_key" "phi" {}

resource "aws_rds_cluster" "patients" {
  cluster_identifier = "patients"
  engine             = "aurora-postgresql"
  storage_encrypted  = true
  kms_key_id         = aws_kms_key.phi.arn
}

resource "aws_rds_cluster" "restored" {
  cluster_identifier  = "patients-restored"
  engine              = "aurora-postgresql"
  snapshot_identifier = "patients-2026-01-01"
  kms_key_id          = aws_kms_key.phi.arn
}

resource "aws_rds_cluster" "restored_flag" {
  engine              = "aurora-postgresql"
  snapshot_identifier = "patients-2026-01-01"
  storage_encrypted   = true
}
