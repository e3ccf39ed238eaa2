variable "days" {
  type = number
}

resource "google_logging_project_bucket_config" "variable" {
  project        = "clinic"
  location       = "global"
  bucket_id      = "audit"
  retention_days = var.days # expect: gcp-log-bucket-retention-short
}
