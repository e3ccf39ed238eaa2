resource "google_firestore_database" "off" {
  name                              = "(default)"
  location_id                       = "nam5"
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_DISABLED" # expect: gcp-firestore-recovery-disabled
}
