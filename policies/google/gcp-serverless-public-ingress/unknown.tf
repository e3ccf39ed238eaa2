variable "ingress" {
  type = string
}

resource "google_cloud_run_v2_service" "variable" {
  name     = "portal"
  location = "us-central1"
  template {
    containers {
      image = "portal"
    }
  }
  ingress = var.ingress # expect: gcp-serverless-public-ingress
}
