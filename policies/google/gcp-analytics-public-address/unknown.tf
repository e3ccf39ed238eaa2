variable "ip" {
  type = string
}

resource "google_dataflow_job" "variable" {
  name              = "claims"
  template_gcs_path = "gs://t"
  temp_gcs_location = "gs://t"
  ip_configuration  = var.ip # expect: gcp-analytics-public-address
}

resource "google_dataproc_cluster" "absent" { # expect: gcp-analytics-public-address
  name = "claims"
}
