# Plaintext is accepted unless refused.
resource "google_sql_database_instance" "ehr" { # expect: gcp-sql-plaintext-allowed
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier                  = "db-custom-4-16384"
    connector_enforcement = "NOT_REQUIRED"

    ip_configuration {
      ipv4_enabled = false
    }
  }
}
