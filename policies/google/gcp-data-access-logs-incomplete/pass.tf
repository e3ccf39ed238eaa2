resource "google_project_iam_audit_config" "all" {
  project = "acme-phi"
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

# Adds to the above.
resource "google_project_iam_audit_config" "storage" {
  project = "acme-phi"
  service = "storage.googleapis.com"

  audit_log_config {
    log_type = "DATA_READ"
  }
}
