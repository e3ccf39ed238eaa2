resource "google_logging_project_bucket_config" "phi" {
  project        = "clinic"
  location       = "global"
  bucket_id      = "audit"
  retention_days = 400
}
