resource "google_logging_project_bucket_config" "absent" { # expect: gcp-log-bucket-retention-short
  project   = "clinic"
  location  = "global"
  bucket_id = "_Default"
}
