variable "protect" {
  type = bool
}

resource "google_sql_database_instance" "variable" {
  name                = "ehr"
  database_version    = "POSTGRES_16"
  deletion_protection = var.protect # expect: gcp-sql-deletion-unprotected
}
