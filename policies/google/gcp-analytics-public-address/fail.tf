resource "google_dataproc_cluster" "off" {
  name = "claims"
  cluster_config {
    gce_cluster_config {
      internal_ip_only = false # expect: gcp-analytics-public-address
    }
  }
}

resource "google_dataflow_job" "public" {
  name              = "claims"
  template_gcs_path = "gs://t"
  temp_gcs_location = "gs://t"
  ip_configuration  = "WORKER_IP_PUBLIC" # expect: gcp-analytics-public-address
}

resource "google_data_fusion_instance" "public" {
  name             = "etl"
  type             = "BASIC"
  private_instance = false # expect: gcp-analytics-public-address
}

resource "google_composer_environment" "silent" { # expect: gcp-analytics-public-address
  name   = "etl"
  region = "us-central1"
}

resource "google_cloudbuild_worker_pool" "silent" { # expect: gcp-analytics-public-address
  name     = "build"
  location = "us-central1"
}

resource "google_looker_instance" "public" {
  name              = "reports"
  public_ip_enabled = true # expect: gcp-analytics-public-address
}
