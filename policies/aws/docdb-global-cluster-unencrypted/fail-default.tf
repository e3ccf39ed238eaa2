# What is not written is off.
resource "aws_docdb_global_cluster" "absent" { # expect: docdb-global-cluster-unencrypted
  global_cluster_identifier = "notes"
  engine                    = "docdb"
}
