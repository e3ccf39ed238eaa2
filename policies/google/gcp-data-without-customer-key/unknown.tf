variable "key" {
  type = string
}

resource "google_artifact_registry_repository" "variable" { # expect: gcp-data-without-customer-key
  repository_id = "images"
  format        = "DOCKER"
  kms_key_name  = var.key
}
