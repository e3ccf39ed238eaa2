resource "aws_redshift_cluster" "warehouse" {
  cluster_identifier   = "warehouse"
  enhanced_vpc_routing = true
}
