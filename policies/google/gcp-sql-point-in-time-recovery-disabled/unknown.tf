variable "recovery" {
  type = bool
}

resource "google_sql_database_instance" "ehr" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = var.recovery # expect: gcp-sql-point-in-time-recovery-disabled
    }
  }
}
