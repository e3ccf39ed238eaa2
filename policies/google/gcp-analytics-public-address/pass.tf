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
