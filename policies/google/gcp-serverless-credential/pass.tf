variable "level" {
  type = string
}

resource "google_cloud_run_v2_service" "phi" {
  name     = "portal"
  location = "us-central1"
  template {
    containers {
      image = "portal"
      env {
        name  = "LOG_LEVEL"
        value = var.level
      }
    }
  }
}
