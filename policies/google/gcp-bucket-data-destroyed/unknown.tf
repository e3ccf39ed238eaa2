variable "force" {
  type = bool
}

resource "google_storage_bucket" "variable" {
  name          = "clinic-phi"
  location      = "US"
  force_destroy = var.force # expect: gcp-bucket-data-destroyed
}
