resource "google_storage_bucket" "phi" { # expect: gcp-bucket-public-access-prevention-missing
  name     = "clinic-phi"
  location = "US"
}

resource "google_org_policy_policy" "folder" {
  name   = "folders/987654321/policies/storage.publicAccessPrevention"
  parent = "folders/987654321"

  spec {
    rules {
      enforce = "TRUE"
    }
  }
}
