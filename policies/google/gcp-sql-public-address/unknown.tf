variable "public" {
  type = bool
}

resource "google_sql_database_instance" "ehr" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    ip_configuration {
      ipv4_enabled = var.public # expect: gcp-sql-public-address
    }
  }
}
