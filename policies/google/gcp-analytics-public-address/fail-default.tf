resource "google_dataflow_job" "absent" { # expect: gcp-analytics-public-address
  name              = "claims"
  template_gcs_path = "gs://t"
  temp_gcs_location = "gs://t"
}

resource "google_notebooks_instance" "absent" { # expect: gcp-analytics-public-address
  name         = "research"
  machine_type = "n1-standard-4"
  location     = "us-central1-a"
}

resource "google_workbench_instance" "absent" { # expect: gcp-analytics-public-address
  name     = "research"
  location = "us-central1-a"
}
