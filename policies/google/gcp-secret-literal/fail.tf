resource "google_secret_manager_secret_version" "ehr" {
  secret      = "ehr"
  secret_data = "hunter2-Kx93mQpz" # expect: gcp-secret-literal
}
