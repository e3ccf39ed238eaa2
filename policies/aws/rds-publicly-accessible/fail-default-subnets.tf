resource "aws_rds_cluster" "absent" { # expect: rds-publicly-accessible
  cluster_identifier        = "patients"
  engine                    = "postgres"
  db_cluster_instance_class = "db.m6gd.large"
}

resource "aws_rds_cluster" "default" { # expect: rds-publicly-accessible
  cluster_identifier        = "patients"
  engine                    = "mysql"
  db_cluster_instance_class = "db.m6gd.large"
  db_subnet_group_name      = "default"
}
