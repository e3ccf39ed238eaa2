resource "google_storage_bucket" "phi" {
  name     = "clinic-phi"
  location = "US"
  project  = "clinic-phi"
}

resource "google_org_policy_policy" "own" {
  name   = "projects/clinic-phi/policies/storage.publicAccessPrevention"
  parent = "projects/clinic-phi"

  spec {
    rules {
      enforce = "TRUE"
    }
  }
}
