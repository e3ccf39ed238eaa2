variable "log_type" {
  type = string
}

resource "google_project_iam_audit_config" "all" { # expect: gcp-data-access-logs-incomplete
  project = "acme-phi"
  service = "allServices"

  audit_log_config {
    log_type = "ADMIN_READ"
  }

  audit_log_config {
    log_type = "DATA_READ"
  }

  audit_log_config {
    log_type = var.log_type
  }
}
