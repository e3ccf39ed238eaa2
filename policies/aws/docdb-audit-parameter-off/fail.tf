resource "aws_docdb_cluster_parameter_group" "off" {
  family = "docdb5.0"
  parameter {
    name  = "audit_logs"
    value = "disabled" # expect: docdb-audit-parameter-off
  }
}

resource "aws_docdb_cluster_parameter_group" "absent" { # expect: docdb-audit-parameter-off
  family = "docdb5.0"
  parameter {
    name  = "tls"
    value = "enabled"
  }
}
