variable "password" {
  type = string
}

resource "google_cloud_run_service" "variable" {
  name     = "portal"
  location = "us-central1"
  template {
    spec {
      containers {
        image = "portal"
        env {
          name  = "DB_PASSWORD"
          value = var.password # expect: gcp-serverless-credential
        }
      }
    }
  }
}
