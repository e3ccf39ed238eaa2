resource "aws_rds_cluster" "off" {
  cluster_identifier = "patients"
  engine             = "aurora-postgresql"
  storage_encrypted  = false # expect: rds-cluster-storage-unencrypted
}

resource "aws_rds_cluster" "serverless_off" {
  cluster_identifier = "intake"
  engine             = "aurora-mysql"
  engine_mode        = "serverless"
  storage_encrypted  = false # expect: rds-cluster-storage-unencrypted
}

resource "aws_rds_cluster" "restored_off" {
  engine              = "aurora-postgresql"
  snapshot_identifier = "patients-2026-01-01"
  storage_encrypted   = false # expect: rds-cluster-storage-unencrypted
}
