resource "google_pubsub_subscription" "phi" {
  name  = "results"
  topic = "results"
  push_config {
    push_endpoint = "https://results.clinic.example/"
  }
}

resource "google_cloud_run_v2_service" "intake" {
  name     = "intake"
  location = "us-central1"
  template {
    containers {
      image = "intake"
    }
  }
}

resource "google_pubsub_subscription" "run" {
  name  = "results"
  topic = "results"
  push_config {
    push_endpoint = "${google_cloud_run_v2_service.intake.uri}/results"
  }
}
