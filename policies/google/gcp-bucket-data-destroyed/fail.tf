resource "google_storage_bucket" "force" {
  name          = "clinic-phi"
  location      = "US"
  force_destroy = true # expect: gcp-bucket-data-destroyed
}

resource "google_bigquery_dataset" "force" {
  dataset_id                 = "claims"
  delete_contents_on_destroy = true # expect: gcp-bucket-data-destroyed
}
