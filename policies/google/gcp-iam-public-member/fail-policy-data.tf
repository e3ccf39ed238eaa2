resource "google_storage_bucket_iam_policy" "documents" {
  bucket = "clinic-documents"
  policy_data = jsonencode({ # expect: gcp-iam-public-member
    bindings = [{
      role    = "roles/storage.objectViewer"
      members = ["group:clinic@example.org", "allUsers"]
    }]
  })
}
