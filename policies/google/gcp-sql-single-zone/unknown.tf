variable "value" {
  type = string
}

resource "google_sql_database_instance" "variable" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    availability_type = var.value # expect: gcp-sql-single-zone
  }
}
