resource "google_sql_database_instance" "phi" {
  name                = "ehr"
  database_version    = "POSTGRES_16"
  deletion_protection = true
}

resource "google_sql_database_instance" "settings" {
  name                = "ehr"
  database_version    = "POSTGRES_16"
  deletion_protection = false
  settings {
    tier                        = "db-custom-4-16384"
    deletion_protection_enabled = true
  }
}
