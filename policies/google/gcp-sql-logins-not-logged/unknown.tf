variable "flags" {
  type = map(string)
}

resource "google_sql_database_instance" "variable" { # expect: gcp-sql-logins-not-logged
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    dynamic "database_flags" {
      for_each = var.flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }
}
