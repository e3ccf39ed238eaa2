# Off unless switched on.
resource "google_sql_database_instance" "sqlserver" { # expect: gcp-sql-point-in-time-recovery-disabled
  name             = "ehr"
  database_version = "SQLSERVER_2022_STANDARD"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    backup_configuration {
      enabled = true
    }
  }
}

# PostgreSQL's switch does nothing for MySQL.
resource "google_sql_database_instance" "mysql" { # expect: gcp-sql-point-in-time-recovery-disabled
  name             = "billing"
  database_version = "MYSQL_8_0"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    backup_configuration {
      enabled = true
    }
  }
}

resource "google_sql_database_instance" "version_silent" { # expect: gcp-sql-point-in-time-recovery-disabled
  name = "old"
  settings {
    tier = "db-n1-standard-1"
  }
}
