variable "reader" {
  type = string
}

variable "readers" {
  type = list(string)
}

resource "google_storage_bucket_iam_member" "reader" {
  bucket = "acme-phi"
  role   = "roles/storage.objectViewer"
  member = var.reader # expect: gcp-iam-public-member
}

resource "google_storage_bucket_iam_binding" "readers" {
  bucket  = "acme-phi"
  role    = "roles/storage.objectViewer"
  members = var.readers # expect: gcp-iam-public-member
}
