resource "google_storage_bucket" "off" {
  name     = "clinic-phi"
  location = "US"
  versioning {
    enabled = false # expect: gcp-bucket-versions-missing
  }
}

resource "google_storage_bucket" "gone" {
  name     = "clinic-phi"
  location = "US"
  versioning {
    enabled = true
  }
  soft_delete_policy {
    retention_duration_seconds = 0 # expect: gcp-bucket-versions-missing
  }
}
