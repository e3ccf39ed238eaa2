resource "google_bigquery_dataset" "claims" {
  dataset_id = "claims"
  location   = "US"

  access {
    role          = "OWNER"
    special_group = "projectOwners"
  }

  access {
    role          = "READER"
    special_group = "allAuthenticatedUsers" # expect: gcp-bigquery-dataset-public
  }

  access {
    role       = "READER"
    iam_member = "allUsers" # expect: gcp-bigquery-dataset-public
  }
}

resource "google_bigquery_dataset_access" "anyone" {
  dataset_id    = "claims"
  role          = "READER"
  special_group = "allAuthenticatedUsers" # expect: gcp-bigquery-dataset-public
}

resource "google_bigquery_dataset_access" "everyone" {
  dataset_id = "claims"
  role       = "READER"
  iam_member = "allUsers" # expect: gcp-bigquery-dataset-public
}

resource "google_bigquery_dataset_access" "everybody" {
  dataset_id    = "ehr"
  role          = "READER"
  special_group = "allUsers" # expect: gcp-bigquery-dataset-public
}
