resource "google_bigquery_dataset" "google_key" { # expect: gcp-bigquery-without-customer-key
  dataset_id = "claims"
}
