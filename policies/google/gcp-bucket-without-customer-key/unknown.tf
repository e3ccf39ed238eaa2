variable "key" {
  type = string
}

resource "google_storage_bucket" "variable" {
  name     = "clinic-phi"
  location = "US"
  encryption {
    default_kms_key_name = var.key # expect: gcp-bucket-without-customer-key
  }
}
