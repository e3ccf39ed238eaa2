resource "google_service_account_key" "ci" { # expect: gcp-service-account-key-created
  service_account_id = "ci"
}

resource "google_storage_hmac_key" "key" { # expect: gcp-service-account-key-created
  service_account_email = "portal@clinic.iam.gserviceaccount.com"
}
