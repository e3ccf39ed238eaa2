# Off unless switched on.
resource "google_sql_database_instance" "ehr" { # expect: gcp-sql-backup-disabled
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"
  }
}
