resource "google_storage_bucket" "off" {
  name                        = "clinic-phi"
  location                    = "US"
  uniform_bucket_level_access = false # expect: gcp-bucket-acl-fine-grained
}

resource "google_storage_bucket" "text" {
  name                        = "clinic-phi"
  location                    = "US"
  uniform_bucket_level_access = "false" # expect: gcp-bucket-acl-fine-grained
}
