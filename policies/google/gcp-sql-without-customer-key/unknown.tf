variable "key" {
  type = string
}

resource "google_sql_database_instance" "variable" {
  name                = "ehr"
  database_version    = "POSTGRES_16"
  encryption_key_name = var.key # expect: gcp-sql-without-customer-key
}
