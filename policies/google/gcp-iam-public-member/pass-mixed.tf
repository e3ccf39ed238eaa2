resource "google_service_account" "portal" {
  account_id = "portal"
}

resource "google_storage_bucket_iam_binding" "readers" {
  bucket = "clinic-documents"
  role   = "roles/storage.objectViewer"
  members = [
    google_service_account.portal.member,
    "group:records@clinic.example",
    "serviceAccount:${google_service_account.portal.email}",
  ]
}
