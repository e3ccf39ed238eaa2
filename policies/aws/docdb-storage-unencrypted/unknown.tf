variable "encrypted" {
  type = bool
}

resource "aws_docdb_cluster" "variable" {
  cluster_identifier = "charts"
  storage_encrypted  = var.encrypted # expect: docdb-storage-unencrypted
}

resource "aws_docdb_cluster" "restored" { # expect: docdb-storage-unencrypted
  cluster_identifier  = "charts-restored"
  snapshot_identifier = "charts-2026-01-01"
}
