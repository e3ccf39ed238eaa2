resource "google_cloud_run_v2_service" "absent" { # expect: gcp-serverless-public-ingress
  name     = "portal"
  location = "us-central1"
  template {
    containers {
      image = "portal"
    }
  }
}

resource "google_cloudfunctions2_function" "absent" { # expect: gcp-serverless-public-ingress
  name     = "intake"
  location = "us-central1"
}

resource "google_cloudfunctions_function" "absent" { # expect: gcp-serverless-public-ingress
  name    = "intake"
  runtime = "nodejs20"
}

resource "google_cloud_run_service" "silent" { # expect: gcp-serverless-public-ingress
  name     = "portal"
  location = "us-central1"
}
