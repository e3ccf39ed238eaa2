resource "google_storage_bucket" "absent" { # expect: gcp-bucket-versions-missing
  name     = "clinic-phi"
  location = "US"
}
