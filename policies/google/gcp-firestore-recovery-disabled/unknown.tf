variable "mode" {
  type = string
}

resource "google_firestore_database" "variable" {
  name                              = "(default)"
  location_id                       = "nam5"
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = var.mode # expect: gcp-firestore-recovery-disabled
}
