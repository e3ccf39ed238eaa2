resource "google_sql_database_instance" "absent" {
  name             = "ehr"
  database_version = "POSTGRES_16"
}
