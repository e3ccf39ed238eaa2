resource "google_sql_database_instance" "ehr" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier    = "db-perf-optimized-N-4"
    edition = "ENTERPRISE_PLUS"

    backup_configuration {
      enabled = true
    }
  }
}
