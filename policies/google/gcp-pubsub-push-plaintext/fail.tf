resource "google_pubsub_subscription" "http" {
  name  = "results"
  topic = "results"
  push_config {
    push_endpoint = "http://results.clinic.example/" # expect: gcp-pubsub-push-plaintext
  }
}
