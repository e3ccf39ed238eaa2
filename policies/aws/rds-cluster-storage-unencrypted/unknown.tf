variable "encrypted" {
  type = bool
}

variable "mode" {
  type = string
}

resource "aws_rds_cluster" "patients" {
  engine            = "aurora-postgresql"
  storage_encrypted = var.encrypted # expect: rds-cluster-storage-unencrypted
}

# Off by default if provisioned, on if serverless.
resource "aws_rds_cluster" "mode" { # expect: rds-cluster-storage-unencrypted
  engine      = "aurora-mysql"
  engine_mode = var.mode
}

resource "aws_rds_cluster" "restored" { # expect: rds-cluster-storage-unencrypted
  engine              = "aurora-postgresql"
  snapshot_identifier = "patients-2026-01-01"
}
