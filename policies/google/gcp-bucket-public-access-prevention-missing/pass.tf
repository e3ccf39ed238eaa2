resource "google_storage_bucket" "phi" {
  name                     = "acme-phi"
  location                 = "US"
  public_access_prevention = "enforced"
}
