resource "google_storage_bucket" "logs" {
  name     = "acme-logs"
  location = "US"
}

resource "google_storage_bucket" "phi" {
  name     = "acme-phi"
  location = "US"
  logging {
    log_bucket = google_storage_bucket.logs.name
  }
}
