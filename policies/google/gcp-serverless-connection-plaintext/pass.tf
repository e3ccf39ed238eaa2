resource "google_cloud_run_v2_service" "verified" {
  name     = "portal"
  location = "us-central1"
  template {
    containers {
      image = "portal"
      env {
        name  = "DATABASE_URL"
        value = "postgresql://db.clinic.example/ehr?sslmode=verify-full"
      }
    }
  }
}
