resource "google_cloud_run_v2_service" "portal" {
  name     = "portal"
  location = "us-east4"
}

resource "google_cloud_run_v2_service_iam_member" "portal" {
  name     = google_cloud_run_v2_service.portal.name
  location = "us-east4"
  role     = "roles/run.invoker"
  member   = "allUsers" # expect: gcp-iam-public-member
}

resource "google_cloud_run_v2_service_iam_binding" "elsewhere" {
  name     = "reports"
  location = "us-east4"
  role     = "roles/run.invoker"
  members  = ["allUsers"] # expect: gcp-iam-public-member
}
