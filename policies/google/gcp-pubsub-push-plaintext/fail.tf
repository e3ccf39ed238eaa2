resource "google_pubsub_subscription" "http" {
  name  = "results"
  topic = "results"
  push_config {
    push_endpoint = "http://results.clinic.example/" # expect: gcp-pubsub-push-plaintext
  }
}

resource "google_cloud_scheduler_job" "plain" {
  name     = "export"
  schedule = "0 3 * * *"
  http_target {
    uri = "http://ehr.clinic.example/export" # expect: gcp-pubsub-push-plaintext
  }
}
