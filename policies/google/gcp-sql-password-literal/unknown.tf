variable "generate" {
  type = bool
}

resource "random_password" "ehr" {
  length = 32
}

resource "google_sql_user" "either" {
  instance = "ehr"
  name     = "ehr"
  password = var.generate ? random_password.ehr.result : "hunter2-Kx93mQpz" # expect: gcp-sql-password-literal
}
