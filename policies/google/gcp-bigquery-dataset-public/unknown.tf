variable "group" {
  type = string
}

resource "google_bigquery_dataset_access" "some" {
  dataset_id    = "claims"
  role          = "READER"
  special_group = var.group # expect: gcp-bigquery-dataset-public
}
