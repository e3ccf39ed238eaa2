variable "value" {
  type = bool
}

resource "google_storage_bucket" "variable" {
  name                        = "clinic-phi"
  location                    = "US"
  uniform_bucket_level_access = var.value # expect: gcp-bucket-acl-fine-grained
}
