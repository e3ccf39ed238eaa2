variable "name" {
  type = string
}

resource "google_cloud_run_v2_service" "variable" {
  name     = "portal"
  location = "us-central1"
  template {
    containers {
      image = "portal"
      env {
        name  = var.name
        value = "0" # expect: gcp-serverless-connection-plaintext
      }
    }
  }
}
