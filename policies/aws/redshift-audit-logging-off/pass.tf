resource "aws_redshift_cluster" "warehouse" {
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
}

resource "aws_redshift_logging" "warehouse" {
  cluster_identifier   = aws_redshift_cluster.warehouse.id
  log_destination_type = "cloudwatch"
  log_exports          = ["connectionlog", "userlog", "useractivitylog"]
}

# As provider 5 had it.
resource "aws_redshift_cluster" "inline" {
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
  logging {
    enable      = true
    bucket_name = "clinic-audit"
  }
}
