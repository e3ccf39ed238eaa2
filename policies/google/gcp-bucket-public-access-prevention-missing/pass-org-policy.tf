resource "google_storage_bucket" "phi" {
  name     = "acme-phi"
  location = "US"
}

resource "google_org_policy_policy" "no_public_buckets" {
  name   = "organizations/123456789/policies/storage.publicAccessPrevention"
  parent = "organizations/123456789"

  spec {
    rules {
      enforce = "TRUE"
    }
  }
}
