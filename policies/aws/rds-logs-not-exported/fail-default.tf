resource "aws_db_instance" "postgres" { # expect: rds-logs-not-exported
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}

resource "aws_db_instance" "sqlserver" { # expect: rds-logs-not-exported
  engine         = "sqlserver-se"
  instance_class = "db.m5.large"
}

resource "aws_db_instance" "mariadb" { # expect: rds-logs-not-exported
  engine         = "mariadb"
  instance_class = "db.t4g.medium"
}

resource "aws_db_instance" "oracle" { # expect: rds-logs-not-exported
  engine         = "oracle-ee"
  instance_class = "db.m5.large"
}

resource "aws_db_instance" "replica" { # expect: rds-logs-not-exported
  replicate_source_db = "patients"
  instance_class      = "db.t4g.medium"
}
