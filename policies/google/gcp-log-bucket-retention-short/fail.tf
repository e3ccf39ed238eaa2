resource "google_logging_project_bucket_config" "short" {
  project        = "clinic"
  location       = "global"
  bucket_id      = "_Default"
  retention_days = 30 # expect: gcp-log-bucket-retention-short
}
