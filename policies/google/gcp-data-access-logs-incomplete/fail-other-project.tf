# All services of another project.
resource "google_project_iam_audit_config" "all" {
  project = "clinic-site"
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

resource "google_project_iam_audit_config" "storage" { # expect: gcp-data-access-logs-incomplete
  project = "clinic-phi"
  service = "storage.googleapis.com"

  audit_log_config {
    log_type = "DATA_READ"
  }
}
