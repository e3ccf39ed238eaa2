# What is not written is off.
resource "aws_docdb_cluster" "absent" { # expect: docdb-audit-log-not-exported
  cluster_identifier = "notes"
}
