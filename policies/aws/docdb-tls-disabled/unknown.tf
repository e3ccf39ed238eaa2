variable "tls" {
  type = string
}

resource "aws_docdb_cluster_parameter_group" "notes" {
  family = "docdb5.0"
  name   = "notes"

  parameter {
    name  = "tls"
    value = var.tls # expect: docdb-tls-disabled
  }
}
