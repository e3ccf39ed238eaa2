variable "exempt" {
  type = list(string)
}

resource "google_project_iam_audit_config" "all" {
  project = "acme-phi"
  service = "allServices"

  audit_log_config {
    log_type         = "DATA_READ"
    exempted_members = var.exempt # expect: gcp-data-access-logs-exemption
  }
}
