# What is not written is off.
resource "google_storage_bucket" "absent" { # expect: gcp-bucket-acl-fine-grained
  name     = "clinic-phi"
  location = "US"
}
