resource "google_storage_bucket" "phi" {
  name     = "acme-phi"
  location = "US"
}

resource "google_project_iam_audit_config" "all" {
  project = "clinic"
  service = "allServices"
  audit_log_config {
    log_type = "ADMIN_READ"
  }
  audit_log_config {
    log_type = "DATA_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
