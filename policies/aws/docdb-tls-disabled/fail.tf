resource "aws_docdb_cluster_parameter_group" "notes" {
  family = "docdb5.0"
  name   = "notes"

  parameter {
    name  = "audit_logs"
    value = "enabled"
  }

  parameter {
    name  = "tls"
    value = "disabled" # expect: docdb-tls-disabled
  }
}
