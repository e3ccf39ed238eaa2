resource "google_cloud_run_v2_service" "all" {
  name     = "portal"
  location = "us-central1"
  template {
    containers {
      image = "portal"
    }
  }
  ingress = "INGRESS_TRAFFIC_ALL" # expect: gcp-serverless-public-ingress
}

resource "google_cloudfunctions_function" "all" {
  name             = "intake"
  runtime          = "nodejs20"
  ingress_settings = "ALLOW_ALL" # expect: gcp-serverless-public-ingress
}
