resource "google_sql_database_instance" "silent" { # expect: gcp-sql-logins-not-logged
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
  }
}

resource "google_sql_database_instance" "half" { # expect: gcp-sql-logins-not-logged
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    database_flags {
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "off"
    }
  }
}
