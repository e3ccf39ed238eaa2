resource "google_storage_bucket_acl" "phi" {
  bucket         = "acme-phi"
  predefined_acl = "projectPrivate"
}

resource "google_storage_object_acl" "letter" {
  bucket      = "acme-phi"
  object      = "letter.pdf"
  role_entity = ["OWNER:user-records@example.org", "READER:group-clinicians@example.org"]
}
