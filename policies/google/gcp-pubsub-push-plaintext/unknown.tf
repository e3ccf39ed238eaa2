variable "endpoint" {
  type = string
}

resource "google_pubsub_subscription" "variable" {
  name  = "results"
  topic = "results"
  push_config {
    push_endpoint = var.endpoint # expect: gcp-pubsub-push-plaintext
  }
}
