resource "google_project_iam_audit_config" "all" { # expect: gcp-data-access-logs-incomplete
  project = "acme-phi"
  service = "allServices"

  audit_log_config {
    log_type = "ADMIN_READ"
  }
}

resource "google_folder_iam_audit_config" "healthcare" { # expect: gcp-data-access-logs-incomplete
  folder  = "folders/123456789"
  service = "healthcare.googleapis.com"

  audit_log_config {
    log_type = "ADMIN_READ"
  }

  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
