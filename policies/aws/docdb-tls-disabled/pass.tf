resource "aws_docdb_cluster_parameter_group" "notes" {
  family = "docdb5.0"
  name   = "notes"

  parameter {
    name  = "tls"
    value = "tls1.2+"
  }
}

resource "aws_docdb_cluster_parameter_group" "default" {
  family = "docdb5.0"
  name   = "default"
}
