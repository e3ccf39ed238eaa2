# Public unless switched off.
resource "google_sql_database_instance" "no_block" { # expect: gcp-sql-public-address
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"
  }
}

resource "google_sql_database_instance" "no_attribute" { # expect: gcp-sql-public-address
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    ip_configuration {
      ssl_mode = "ENCRYPTED_ONLY"
    }
  }
}
