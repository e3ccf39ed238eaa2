variable "backups" {
  type = number
}

resource "google_sql_database_instance" "ehr" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    backup_configuration {
      enabled = true

      backup_retention_settings {
        retained_backups = var.backups # expect: gcp-sql-backup-retention-short
      }
    }
  }
}
