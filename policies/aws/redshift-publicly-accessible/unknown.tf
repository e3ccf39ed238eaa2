variable "public" {
  type = bool
}

# No version is named: the default depends on it.
resource "aws_redshift_cluster" "default" { # expect: redshift-publicly-accessible
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
}

resource "aws_redshiftserverless_workgroup" "variable" {
  namespace_name      = "warehouse"
  workgroup_name      = "analysts"
  publicly_accessible = var.public # expect: redshift-publicly-accessible
}
