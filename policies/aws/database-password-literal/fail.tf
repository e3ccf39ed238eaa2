resource "aws_db_instance" "literal" {
  engine         = "postgres"
  instance_class = "db.t4g.medium"
  username       = "app"
  password       = "not-a-real-password-1" # expect: database-password-literal
}

variable "password" {
  type      = string
  sensitive = true
  default   = "not-a-real-password-2"
}

resource "aws_rds_cluster" "variable_default" {
  engine          = "aurora-postgresql"
  master_username = "app"
  master_password = var.password # expect: database-password-literal
}

locals {
  password = "not-a-real-password-3"
}

resource "aws_docdb_cluster" "local" {
  cluster_identifier = "charts"
  master_username    = "app"
  master_password    = local.password # expect: database-password-literal
}

resource "aws_redshift_cluster" "literal" {
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
  master_username    = "app"
  master_password    = "not-a-real-password-4" # expect: database-password-literal
}

resource "aws_redshiftserverless_namespace" "literal" {
  namespace_name      = "warehouse"
  admin_username      = "app"
  admin_user_password = "not-a-real-password-5" # expect: database-password-literal
}
