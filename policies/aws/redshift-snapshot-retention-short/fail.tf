resource "aws_redshift_cluster" "off" {
  cluster_identifier                  = "warehouse"
  node_type                           = "ra3.xlplus"
  automated_snapshot_retention_period = 6 # expect: redshift-snapshot-retention-short
}

resource "aws_redshift_cluster" "other_0" {
  cluster_identifier                  = "warehouse"
  node_type                           = "ra3.xlplus"
  automated_snapshot_retention_period = 1 # expect: redshift-snapshot-retention-short
}

resource "aws_redshift_cluster" "other_1" {
  cluster_identifier                  = "warehouse"
  node_type                           = "ra3.xlplus"
  automated_snapshot_retention_period = "1" # expect: redshift-snapshot-retention-short
}
