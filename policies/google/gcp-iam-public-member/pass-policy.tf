data "google_iam_policy" "topic" {
  binding {
    role    = "roles/pubsub.publisher"
    members = ["serviceAccount:ehr@acme.iam.gserviceaccount.com"]
  }
}
