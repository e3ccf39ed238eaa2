resource "google_cloud_run_v2_service" "literal" {
  name     = "portal"
  location = "us-central1"
  template {
    containers {
      image = "portal"
      env {
        name  = "DB_PASSWORD"
        value = "hunter2-Kx93mQpz" # expect: gcp-serverless-credential
      }
    }
  }
}

resource "google_cloudfunctions_function" "literal" {
  name    = "intake"
  runtime = "nodejs20"
  environment_variables = { # expect: gcp-serverless-credential
    API_KEY = "hunter2-Kx93mQpz"
  }
}

resource "google_app_engine_standard_app_version" "portal" {
  service = "portal"
  runtime = "nodejs20"
  env_variables = { # expect: gcp-serverless-credential
    DB_PASSWORD = "hunter2-Kx93mQpz"
  }
}
