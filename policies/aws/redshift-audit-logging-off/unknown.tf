variable "log" {
  type = bool
}

resource "aws_redshift_cluster" "variable" { # expect: redshift-audit-logging-off
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
  logging {
    enable = var.log
  }
}
