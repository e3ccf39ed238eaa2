resource "google_dataproc_cluster" "phi" {
  name = "claims"
  cluster_config {
    gce_cluster_config {
      internal_ip_only = true
    }
  }
}

resource "google_dataflow_job" "phi" {
  name              = "claims"
  template_gcs_path = "gs://t"
  temp_gcs_location = "gs://t"
  ip_configuration  = "WORKER_IP_PRIVATE"
}

resource "google_notebooks_instance" "phi" {
  name         = "research"
  machine_type = "n1-standard-4"
  location     = "us-central1-a"
  no_public_ip = true
}

resource "google_data_fusion_instance" "private" {
  name             = "etl"
  type             = "BASIC"
  private_instance = true
}

resource "google_composer_environment" "composer_2" {
  name   = "etl"
  region = "us-central1"
  config {
    private_environment_config {
      enable_private_endpoint = true
    }
  }
}

resource "google_composer_environment" "composer_3" {
  name   = "etl"
  region = "us-central1"
  config {
    enable_private_environment = true
  }
}

resource "google_cloudbuild_worker_pool" "private" {
  name     = "build"
  location = "us-central1"
  worker_config {
    no_external_ip = true
  }
}
