resource "google_storage_bucket_iam_member" "everyone" {
  bucket = "acme-phi"
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp-iam-public-member
}

resource "google_bigquery_dataset_iam_member" "anyone" {
  dataset_id = "claims"
  role       = "roles/bigquery.dataViewer"
  member     = "allAuthenticatedUsers" # expect: gcp-iam-public-member
}

resource "google_kms_crypto_key_iam_binding" "key" {
  crypto_key_id = "projects/acme/locations/us/keyRings/phi/cryptoKeys/phi"
  role          = "roles/cloudkms.cryptoKeyDecrypter"
  members = [
    "serviceAccount:ehr@acme.iam.gserviceaccount.com",
    "allUsers", # expect: gcp-iam-public-member
  ]
}

resource "google_compute_image_iam_member" "public" {
  image  = "imaging"
  role   = "roles/compute.imageUser"
  member = "allAuthenticatedUsers" # expect: gcp-iam-public-member
}

resource "google_spanner_database_iam_binding" "public" {
  instance = "ehr"
  database = "ehr"
  role     = "roles/spanner.databaseReader"
  members  = ["allUsers"] # expect: gcp-iam-public-member
}
