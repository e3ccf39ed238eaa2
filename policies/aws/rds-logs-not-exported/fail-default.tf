resource "aws_db_instance" "postgres" { # expect: rds-logs-not-exported
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}

resource "aws_db_instance" "sqlserver" { # expect: rds-logs-not-exported
  engine         = "sqlserver-se"
  instance_class = "db.m5.large"
}
