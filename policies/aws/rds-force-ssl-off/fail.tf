resource "aws_db_parameter_group" "absent" { # expect: rds-force-ssl-off
  family = "postgres14"
}

resource "aws_db_parameter_group" "sqlserver" { # expect: rds-force-ssl-off
  family = "sqlserver-se-15.0"
}

resource "aws_rds_cluster_parameter_group" "aurora" { # expect: rds-force-ssl-off
  family = "aurora-postgresql16"
  parameter {
    name  = "log_statement"
    value = "ddl"
  }
}

resource "aws_db_parameter_group" "off" {
  family = "postgres16"
  parameter {
    name  = "rds.force_ssl"
    value = "0" # expect: rds-force-ssl-off
  }
}
