resource "google_storage_bucket" "phi" {
  name     = "clinic-phi"
  location = "US"
  versioning {
    enabled = true
  }
}

resource "google_storage_bucket" "audit" {
  name     = "clinic-phi"
  location = "US"
  retention_policy {
    retention_period = 189216000
  }
}
