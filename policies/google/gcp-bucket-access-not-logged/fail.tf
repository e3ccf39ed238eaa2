resource "google_storage_bucket" "silent" { # expect: gcp-bucket-access-not-logged
  name     = "acme-phi"
  location = "US"
}

resource "google_project_iam_audit_config" "writes" {
  project = "clinic"
  service = "allServices"
  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
