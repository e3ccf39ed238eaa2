# No version is named: the default depends on it.
resource "aws_redshift_cluster" "default" { # expect: redshift-unencrypted
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
}
