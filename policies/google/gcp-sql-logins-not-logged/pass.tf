resource "google_sql_database_instance" "phi" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    dynamic "database_flags" {
      for_each = { log_connections = "on", log_disconnections = "on" }
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }
}
