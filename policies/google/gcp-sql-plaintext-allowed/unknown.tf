variable "ssl_mode" {
  type = string
}

resource "google_sql_database_instance" "ehr" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    ip_configuration {
      ipv4_enabled = false
      ssl_mode     = var.ssl_mode # expect: gcp-sql-plaintext-allowed
    }
  }
}
