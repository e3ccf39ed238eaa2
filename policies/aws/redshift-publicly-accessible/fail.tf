resource "aws_redshift_cluster" "public" {
  cluster_identifier  = "warehouse"
  node_type           = "ra3.xlplus"
  publicly_accessible = true # expect: redshift-publicly-accessible
}

resource "aws_redshiftserverless_workgroup" "public" {
  namespace_name      = "warehouse"
  workgroup_name      = "analysts"
  publicly_accessible = true # expect: redshift-publicly-accessible
}
