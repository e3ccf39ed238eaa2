resource "google_sql_database_instance" "silent" { # expect: gcp-sql-activity-not-logged
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-4-16384"
  }
}

resource "google_sql_database_instance" "off" { # expect: gcp-sql-activity-not-logged
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-4-16384"
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "off"
    }
  }
}
