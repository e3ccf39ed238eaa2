variable "value" {
  default = true
}

resource "google_storage_bucket" "phi" {
  name                        = "clinic-phi"
  location                    = "US"
  uniform_bucket_level_access = true
}

resource "google_storage_bucket" "from_variable" {
  name                        = "clinic-phi"
  location                    = "US"
  uniform_bucket_level_access = var.value
}

resource "google_storage_bucket" "google_3" {
  name               = "acme-phi"
  location           = "US"
  bucket_policy_only = true
}
