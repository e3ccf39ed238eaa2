resource "google_service_account_key" "ci" { # expect: gcp-service-account-key-created
  service_account_id = "ci"
}
