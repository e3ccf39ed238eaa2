# What is not written is off.
resource "aws_docdb_cluster" "absent" { # expect: docdb-backup-retention-short
  cluster_identifier = "notes"
}
