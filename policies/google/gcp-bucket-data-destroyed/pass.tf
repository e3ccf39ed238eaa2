resource "google_storage_bucket" "phi" {
  name          = "clinic-phi"
  location      = "US"
  force_destroy = false
}
