resource "aws_db_instance" "mysql" { # expect: rds-default-parameter-group
  engine         = "mysql"
  engine_version = "8.0"
  instance_class = "db.t4g.medium"
}

resource "aws_db_instance" "postgres" { # expect: rds-default-parameter-group
  engine         = "postgres"
  engine_version = "14.12"
  instance_class = "db.t4g.medium"
}

# Forced by the engine.
resource "aws_db_instance" "postgres_16" {
  engine         = "postgres"
  engine_version = "16.4"
  instance_class = "db.t4g.medium"
}

resource "aws_rds_cluster" "aurora" { # expect: rds-default-parameter-group
  engine = "aurora-mysql"
}
