resource "aws_db_instance" "managed" {
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  username                    = "app"
  manage_master_user_password = true
}

resource "random_password" "charts" {
  length = 32
}

resource "aws_rds_cluster" "random" {
  engine          = "aurora-postgresql"
  master_username = "app"
  master_password = random_password.charts.result
}

data "aws_secretsmanager_secret_version" "warehouse" {
  secret_id = "warehouse"
}

resource "aws_redshift_cluster" "secret" {
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
  master_username    = "app"
  master_password    = data.aws_secretsmanager_secret_version.warehouse.secret_string
}

resource "aws_redshiftserverless_namespace" "warehouse" {
  namespace_name      = "warehouse"
  admin_username      = "app"
  admin_user_password = random_password.charts.result
}
