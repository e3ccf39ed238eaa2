resource "aws_redshift_cluster" "off" {
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
  encrypted          = false # expect: redshift-unencrypted
}

resource "aws_redshift_cluster" "text" {
  cluster_identifier = "warehouse-text"
  node_type          = "ra3.xlplus"
  encrypted          = "false" # expect: redshift-unencrypted
}
