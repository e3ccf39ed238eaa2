resource "aws_db_instance" "default" {
  engine               = "mysql"
  engine_version       = "8.0"
  instance_class       = "db.t4g.medium"
  parameter_group_name = "default.mysql8.0" # expect: rds-default-parameter-group
}

resource "aws_rds_cluster" "default" {
  engine                          = "aurora-postgresql"
  engine_version                  = "16.4"
  db_cluster_parameter_group_name = "default.aurora-postgresql16" # expect: rds-default-parameter-group
}
