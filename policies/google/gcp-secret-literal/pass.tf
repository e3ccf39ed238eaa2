resource "random_password" "ehr" {
  length = 32
}

resource "google_secret_manager_secret_version" "ehr" {
  secret      = "ehr"
  secret_data = random_password.ehr.result
}
