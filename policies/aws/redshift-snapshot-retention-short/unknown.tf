variable "value" {
  type = number
}

resource "aws_redshift_cluster" "variable" {
  cluster_identifier                  = "warehouse"
  node_type                           = "ra3.xlplus"
  automated_snapshot_retention_period = var.value # expect: redshift-snapshot-retention-short
}
