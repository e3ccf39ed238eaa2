variable "value" {
  type = number
}

resource "aws_docdb_cluster" "variable" {
  cluster_identifier      = "notes"
  backup_retention_period = var.value # expect: docdb-backup-retention-short
}
