variable "audit" {
  type = string
}

resource "google_sql_database_instance" "variable" { # expect: gcp-sql-activity-not-logged
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-4-16384"
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = var.audit
    }
  }
}
