variable "generate" {
  type = bool
}

resource "random_password" "ehr" {
  length = 32
}

resource "google_secret_manager_secret_version" "either" {
  secret      = "ehr"
  secret_data = var.generate ? random_password.ehr.result : "hunter2-Kx93mQpz" # expect: gcp-secret-literal
}
