resource "google_sql_database_instance" "ehr" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
    }
  }
}

# Its primary is backed up.
resource "google_sql_database_instance" "replica" {
  name                 = "ehr-replica"
  database_version     = "POSTGRES_16"
  region               = "us-central1"
  master_instance_name = google_sql_database_instance.ehr.name

  settings {
    tier = "db-custom-4-16384"
  }
}
