resource "aws_redshift_cluster" "silent" { # expect: redshift-audit-logging-off
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
}

resource "aws_redshift_cluster" "off" { # expect: redshift-audit-logging-off
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
  logging {
    enable = false
  }
}
