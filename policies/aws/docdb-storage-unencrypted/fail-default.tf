resource "aws_docdb_cluster" "absent" { # expect: docdb-storage-unencrypted
  cluster_identifier = "charts"
}
