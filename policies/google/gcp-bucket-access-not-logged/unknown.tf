variable "logs" {
  type = list(string)
}

resource "google_storage_bucket" "variable" { # expect: gcp-bucket-access-not-logged
  name     = "acme-phi"
  location = "US"
  dynamic "logging" {
    for_each = var.logs
    content {
      log_bucket = logging.value
    }
  }
}
