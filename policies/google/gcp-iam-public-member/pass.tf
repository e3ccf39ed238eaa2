resource "google_storage_bucket_iam_member" "ehr" {
  bucket = "acme-phi"
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:ehr@acme.iam.gserviceaccount.com"
}

resource "google_storage_bucket_iam_binding" "clinicians" {
  bucket  = "acme-phi"
  role    = "roles/storage.objectViewer"
  members = ["group:clinicians@example.org", "group:allUsers@example.org"]
}
