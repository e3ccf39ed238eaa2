resource "google_project_iam_audit_config" "all" {
  project = "acme-phi"
  service = "allServices"

  audit_log_config {
    log_type = "DATA_READ"
  }

  audit_log_config {
    log_type         = "DATA_WRITE"
    exempted_members = ["user:dba@example.org"] # expect: gcp-data-access-logs-exemption
  }
}
