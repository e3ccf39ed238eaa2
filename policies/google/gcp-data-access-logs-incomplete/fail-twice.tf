# The same kind twice.
resource "google_project_iam_audit_config" "all" { # expect: gcp-data-access-logs-incomplete
  project = "clinic-phi"
  service = "allServices"

  audit_log_config {
    log_type = "ADMIN_READ"
  }

  audit_log_config {
    log_type = "DATA_READ"
  }

  audit_log_config {
    log_type = "DATA_READ"
  }
}

resource "google_project_iam_audit_config" "storage" { # expect: gcp-data-access-logs-incomplete
  project = "clinic-phi"
  service = "storage.googleapis.com"

  audit_log_config {
    log_type = "DATA_READ"
  }
}
