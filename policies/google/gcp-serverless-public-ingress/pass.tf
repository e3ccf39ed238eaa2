resource "google_cloud_run_v2_service" "phi" {
  name     = "portal"
  location = "us-central1"
  template {
    containers {
      image = "portal"
    }
  }
  ingress = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
}

resource "google_cloudfunctions2_function" "phi" {
  name     = "intake"
  location = "us-central1"
  service_config {
    ingress_settings = "ALLOW_INTERNAL_AND_GCLB"
  }
}

resource "google_cloud_run_service" "phi" {
  name     = "portal"
  location = "us-central1"
  metadata {
    annotations = {
      "run.googleapis.com/ingress" = "internal-and-cloud-load-balancing"
    }
  }
}

resource "google_cloudfunctions_function" "event" {
  name    = "results"
  runtime = "nodejs20"
  event_trigger {
    event_type = "google.pubsub.topic.publish"
    resource   = "results"
  }
}
