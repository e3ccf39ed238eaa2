# What is not written is off.
resource "google_sql_database_instance" "absent" { # expect: gcp-sql-single-zone
  name             = "ehr"
  database_version = "POSTGRES_16"
}
