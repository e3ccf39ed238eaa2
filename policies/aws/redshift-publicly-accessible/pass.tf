resource "aws_redshift_cluster" "private" {
  cluster_identifier  = "warehouse"
  node_type           = "ra3.xlplus"
  publicly_accessible = false
}

resource "aws_redshiftserverless_workgroup" "default" {
  namespace_name = "warehouse"
  workgroup_name = "analysts"
}
