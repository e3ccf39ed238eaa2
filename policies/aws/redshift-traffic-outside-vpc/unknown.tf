variable "routing" {
  type = bool
}

resource "aws_redshift_cluster" "warehouse" {
  cluster_identifier   = "warehouse"
  enhanced_vpc_routing = var.routing # expect: redshift-traffic-outside-vpc
}
