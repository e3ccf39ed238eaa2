# What is not written is off.
resource "aws_redshift_cluster" "absent" { # expect: redshift-snapshot-retention-short
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
}
