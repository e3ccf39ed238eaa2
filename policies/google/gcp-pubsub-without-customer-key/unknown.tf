variable "key" {
  type = string
}

resource "google_pubsub_topic" "variable" {
  name         = "results"
  kms_key_name = var.key # expect: gcp-pubsub-without-customer-key
}
