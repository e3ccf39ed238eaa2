resource "google_sql_database_instance" "google_key" { # expect: gcp-sql-without-customer-key
  name             = "ehr"
  database_version = "POSTGRES_16"
}
