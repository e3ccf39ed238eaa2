resource "random_password" "ehr" {
  length = 32
}

resource "google_sql_user" "ehr" {
  instance = "ehr"
  name     = "ehr"
  password = random_password.ehr.result
}

resource "google_sql_user" "iam" {
  instance = "ehr"
  name     = "nurse@clinic.example"
  type     = "CLOUD_IAM_USER"
}
