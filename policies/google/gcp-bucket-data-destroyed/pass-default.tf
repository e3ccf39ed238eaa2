resource "google_storage_bucket" "absent" {
  name     = "clinic-phi"
  location = "US"
}

resource "google_bigquery_dataset" "absent" {
  dataset_id = "claims"
}
