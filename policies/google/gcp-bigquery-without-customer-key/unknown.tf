variable "key" {
  type = string
}

resource "google_bigquery_dataset" "variable" {
  dataset_id = "claims"
  default_encryption_configuration {
    kms_key_name = var.key # expect: gcp-bigquery-without-customer-key
  }
}
