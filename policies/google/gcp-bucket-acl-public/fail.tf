resource "google_storage_bucket_acl" "phi" {
  bucket         = "acme-phi"
  predefined_acl = "publicRead" # expect: gcp-bucket-acl-public
}

resource "google_storage_bucket_acl" "scans" {
  bucket         = "acme-scans"
  predefined_acl = "authenticatedRead" # expect: gcp-bucket-acl-public
}

resource "google_storage_default_object_acl" "phi" {
  bucket      = "acme-phi"
  role_entity = ["OWNER:user-records@example.org", "READER:allUsers"] # expect: gcp-bucket-acl-public
}

resource "google_storage_bucket_access_control" "anyone" {
  bucket = "acme-phi"
  role   = "READER"
  entity = "allAuthenticatedUsers" # expect: gcp-bucket-acl-public
}
