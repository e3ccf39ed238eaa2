resource "google_firestore_database" "absent" { # expect: gcp-firestore-recovery-disabled
  name        = "(default)"
  location_id = "nam5"
  type        = "FIRESTORE_NATIVE"
}
