variable "value" {
  default = 35
}

resource "aws_redshift_cluster" "phi" {
  cluster_identifier                  = "warehouse"
  node_type                           = "ra3.xlplus"
  automated_snapshot_retention_period = 35
}

resource "aws_redshift_cluster" "other_0" {
  cluster_identifier                  = "warehouse"
  node_type                           = "ra3.xlplus"
  automated_snapshot_retention_period = "7"
}

resource "aws_redshift_cluster" "from_variable" {
  cluster_identifier                  = "warehouse"
  node_type                           = "ra3.xlplus"
  automated_snapshot_retention_period = var.value
}
