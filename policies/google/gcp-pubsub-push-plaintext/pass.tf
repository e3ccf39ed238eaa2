resource "google_pubsub_subscription" "phi" {
  name  = "results"
  topic = "results"
  push_config {
    push_endpoint = "https://results.clinic.example/"
  }
}
