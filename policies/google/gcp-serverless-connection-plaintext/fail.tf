resource "google_cloud_run_v2_service" "plain" {
  name     = "portal"
  location = "us-central1"
  template {
    containers {
      image = "portal"
      env {
        name  = "DATABASE_URL"
        value = "mysql://db.clinic.example/ehr?sslmode=DISABLED" # expect: gcp-serverless-connection-plaintext
      }
    }
  }
}

resource "google_cloudfunctions2_function" "blind" {
  name     = "intake"
  location = "us-central1"
  service_config {
    environment_variables = { # expect: gcp-serverless-connection-plaintext
      PGSSLMODE = "prefer"
    }
  }
}
