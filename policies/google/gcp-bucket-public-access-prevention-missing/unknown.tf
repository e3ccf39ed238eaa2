variable "prevention" {
  type = string
}

resource "google_storage_bucket" "phi" {
  name                     = "acme-phi"
  location                 = "US"
  public_access_prevention = var.prevention # expect: gcp-bucket-public-access-prevention-missing
}
