resource "google_sql_database_instance" "off" {
  name                = "ehr"
  database_version    = "POSTGRES_16"
  deletion_protection = false # expect: gcp-sql-deletion-unprotected
}

resource "google_sql_database_instance" "text" {
  name                = "ehr"
  database_version    = "POSTGRES_16"
  deletion_protection = "false" # expect: gcp-sql-deletion-unprotected
}
