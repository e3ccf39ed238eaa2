# Inherited from the organization unless enforced here, and the organization policy in view enforces something else.
resource "google_storage_bucket" "phi" { # expect: gcp-bucket-public-access-prevention-missing
  name     = "acme-phi"
  location = "US"
}

resource "google_org_policy_policy" "uniform_access" {
  name   = "organizations/123456789/policies/storage.uniformBucketLevelAccess"
  parent = "organizations/123456789"

  spec {
    rules {
      enforce = "TRUE"
    }
  }
}

resource "google_org_policy_policy" "not_enforced" {
  name   = "projects/acme/policies/storage.publicAccessPrevention"
  parent = "projects/acme"

  spec {
    rules {
      enforce = "FALSE"
    }
  }
}
