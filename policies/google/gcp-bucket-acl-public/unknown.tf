variable "acl" {
  type = string
}

resource "google_storage_bucket_acl" "phi" {
  bucket         = "acme-phi"
  predefined_acl = var.acl # expect: gcp-bucket-acl-public
}
