resource "aws_redshift_cluster" "warehouse" {
  cluster_identifier   = "warehouse"
  enhanced_vpc_routing = false # expect: redshift-traffic-outside-vpc
}
