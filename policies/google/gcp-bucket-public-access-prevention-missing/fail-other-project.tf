resource "google_storage_bucket" "phi" { # expect: gcp-bucket-public-access-prevention-missing
  name     = "clinic-phi"
  location = "US"
  project  = "clinic-phi"
}

resource "google_org_policy_policy" "other" {
  name   = "projects/clinic-site/policies/storage.publicAccessPrevention"
  parent = "projects/clinic-site"

  spec {
    rules {
      enforce = "TRUE"
    }
  }
}
