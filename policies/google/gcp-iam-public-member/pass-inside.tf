# The load balancer in front takes the calls, and has no account to sign in with.
resource "google_cloud_run_v2_service" "portal" {
  name     = "portal"
  location = "us-east4"
  ingress  = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
}

resource "google_cloud_run_v2_service_iam_member" "portal" {
  name     = google_cloud_run_v2_service.portal.name
  location = "us-east4"
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_cloud_run_service" "reports" {
  name     = "reports"
  location = "us-east4"
  metadata {
    annotations = { "run.googleapis.com/ingress" = "internal" }
  }
}

resource "google_cloud_run_service_iam_binding" "reports" {
  service  = google_cloud_run_service.reports.name
  location = "us-east4"
  role     = "roles/run.invoker"
  members  = ["allUsers"]
}
