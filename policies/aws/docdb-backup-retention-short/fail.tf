resource "aws_docdb_cluster" "off" {
  cluster_identifier      = "notes"
  backup_retention_period = 6 # expect: docdb-backup-retention-short
}

resource "aws_docdb_cluster" "other_0" {
  cluster_identifier      = "notes"
  backup_retention_period = 1 # expect: docdb-backup-retention-short
}

resource "aws_docdb_cluster" "other_1" {
  cluster_identifier      = "notes"
  backup_retention_period = "1" # expect: docdb-backup-retention-short
}
