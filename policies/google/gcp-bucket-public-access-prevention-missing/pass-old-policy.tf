resource "google_organization_policy" "public" {
  org_id     = "123456789012"
  constraint = "constraints/storage.publicAccessPrevention"
  boolean_policy {
    enforced = true
  }
}

resource "google_storage_bucket" "phi" {
  name     = "acme-phi"
  location = "US"
}
