# For resources with a tag only.
resource "google_storage_bucket" "phi" { # expect: gcp-bucket-public-access-prevention-missing
  name     = "clinic-phi"
  location = "US"
}

resource "google_org_policy_policy" "tagged" {
  name   = "organizations/123456789/policies/storage.publicAccessPrevention"
  parent = "organizations/123456789"

  spec {
    rules {
      enforce = "TRUE"
      condition {
        expression = "resource.matchTag('123456789/env', 'prod')"
      }
    }
  }
}
