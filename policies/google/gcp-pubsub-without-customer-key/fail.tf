resource "google_pubsub_topic" "google_key" { # expect: gcp-pubsub-without-customer-key
  name = "results"
}
