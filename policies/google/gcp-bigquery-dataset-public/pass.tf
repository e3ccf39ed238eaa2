resource "google_bigquery_dataset" "claims" {
  dataset_id = "claims"
  location   = "US"

  access {
    role          = "OWNER"
    special_group = "projectOwners"
  }

  access {
    role           = "READER"
    group_by_email = "analysts@example.org"
  }
}
