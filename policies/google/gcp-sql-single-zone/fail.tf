resource "google_sql_database_instance" "off" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    availability_type = "ZONAL" # expect: gcp-sql-single-zone
  }
}
