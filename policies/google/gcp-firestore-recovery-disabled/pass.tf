resource "google_firestore_database" "phi" {
  name                              = "(default)"
  location_id                       = "nam5"
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
}

resource "google_firestore_database" "scheduled" {
  name        = "(default)"
  location_id = "nam5"
  type        = "FIRESTORE_NATIVE"
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.scheduled.name
  retention = "8467200s"
  daily_recurrence {}
}
