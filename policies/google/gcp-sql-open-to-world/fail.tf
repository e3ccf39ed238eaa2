resource "google_sql_database_instance" "ehr" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    ip_configuration {
      ipv4_enabled = true

      authorized_networks {
        name  = "office"
        value = "52.10.20.30/32"
      }

      authorized_networks {
        name  = "all"
        value = "0.0.0.0/0" # expect: gcp-sql-open-to-world
      }

      authorized_networks {
        name  = "provider"
        value = "52.0.0.0/8" # expect: gcp-sql-open-to-world
      }
    }
  }
}
