# The policy of a project counts more than that of the organization.
resource "google_storage_bucket" "phi" { # expect: gcp-bucket-public-access-prevention-missing
  name     = "clinic-phi"
  location = "US"
}

resource "google_org_policy_policy" "everywhere" {
  name   = "organizations/123456789/policies/storage.publicAccessPrevention"
  parent = "organizations/123456789"

  spec {
    rules {
      enforce = "TRUE"
    }
  }
}

resource "google_org_policy_policy" "lifted" {
  name   = "projects/clinic-phi/policies/storage.publicAccessPrevention"
  parent = "projects/clinic-phi"

  spec {
    rules {
      enforce = "FALSE"
    }
  }
}
