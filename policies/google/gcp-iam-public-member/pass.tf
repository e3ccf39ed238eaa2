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

resource "google_logging_project_sink" "audit" {
  name                   = "audit"
  destination            = "storage.googleapis.com/acme-audit"
  unique_writer_identity = true
}

resource "google_service_account" "portal" {
  account_id = "portal"
}

resource "google_storage_bucket_iam_member" "sink" {
  bucket = "acme-audit"
  role   = "roles/storage.objectCreator"
  member = google_logging_project_sink.audit.writer_identity
}

resource "google_storage_bucket_iam_binding" "both" {
  bucket  = "acme-audit"
  role    = "roles/storage.objectViewer"
  members = [google_logging_project_sink.audit.writer_identity, google_service_account.portal.member]
}

data "google_iam_policy" "portal" {
  binding {
    role    = "roles/storage.objectViewer"
    members = [google_service_account.portal.member]
  }
}
