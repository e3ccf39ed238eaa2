resource "google_storage_bucket" "google_key" { # expect: gcp-bucket-without-customer-key
  name     = "clinic-phi"
  location = "US"
}
