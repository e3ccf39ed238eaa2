resource "aws_db_parameter_group" "pg14" {
  family = "postgres14"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_db_parameter_group" "sqlserver" {
  family = "sqlserver-se-15.0"
  parameter {
    name         = "rds.force_ssl"
    value        = 1
    apply_method = "pending-reboot"
  }
}

resource "aws_rds_cluster_parameter_group" "aurora" {
  family = "aurora-postgresql16"
  parameter {
    name  = "log_statement"
    value = "ddl"
  }
  parameter {
    name  = "rds.force_ssl"
    value = "on"
  }
}
