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
