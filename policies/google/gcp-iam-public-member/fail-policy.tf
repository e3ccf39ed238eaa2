data "google_iam_policy" "topic" {
  binding {
    role    = "roles/pubsub.subscriber"
    members = ["allAuthenticatedUsers"] # expect: gcp-iam-public-member
  }

  binding {
    role    = "roles/pubsub.publisher"
    members = ["serviceAccount:ehr@acme.iam.gserviceaccount.com"]
  }
}
