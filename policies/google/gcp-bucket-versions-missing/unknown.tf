variable "versions" {
  type = bool
}

resource "google_storage_bucket" "variable" {
  name     = "clinic-phi"
  location = "US"
  versioning {
    enabled = var.versions # expect: gcp-bucket-versions-missing
  }
}
