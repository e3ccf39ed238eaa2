resource "aws_db_parameter_group" "mysql" { # expect: rds-secure-transport-off
  family = "mysql8.0"
}

resource "aws_db_parameter_group" "mysql84" { # expect: rds-secure-transport-off
  family = "mysql8.4"
}

resource "aws_db_parameter_group" "mariadb" { # expect: rds-secure-transport-off
  family = "mariadb11.4"
}

resource "aws_rds_cluster_parameter_group" "aurora" {
  family = "aurora-mysql8.0"
  parameter {
    name  = "require_secure_transport"
    value = "OFF" # expect: rds-secure-transport-off
  }
}
