resource "aws_redshift_cluster" "warehouse" { # expect: redshift-traffic-outside-vpc
  cluster_identifier = "warehouse"
}
