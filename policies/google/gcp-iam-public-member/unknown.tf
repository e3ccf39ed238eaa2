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

variable "public" {
  type = bool
}

variable "another" {
  type = string
}

resource "google_service_account" "portal" {
  account_id = "portal"
}

resource "google_storage_bucket_iam_member" "either" {
  bucket = "acme-phi"
  role   = "roles/storage.objectViewer"
  member = var.public ? "allUsers" : google_service_account.portal.member # expect: gcp-iam-public-member
}

resource "google_storage_bucket_iam_binding" "another" {
  bucket = "acme-phi"
  role   = "roles/storage.objectViewer"
  members = [
    google_service_account.portal.member, # expect: gcp-iam-public-member
    var.another, # expect: gcp-iam-public-member
  ]
}
