resource "aws_db_instance" "uncovered" { # expect: database-restore-unproven
  engine = "postgres"
}

resource "aws_rds_cluster" "stale" { # expect: database-restore-unproven
  engine = "aurora-postgresql"
}

resource "azurerm_postgresql_flexible_server" "broken" { # expect: database-restore-unproven
  name = "broken"
}

resource "google_sql_database_instance" "never" { # expect: database-restore-unproven
  database_version = "POSTGRES_16"
}

# Its record is of the day after the one as of which fixtures are judged.
resource "google_alloydb_cluster" "later" { # expect: database-restore-unproven
  cluster_id = "later"
}
