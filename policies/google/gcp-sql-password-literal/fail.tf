resource "google_sql_user" "ehr" {
  instance = "ehr"
  name     = "ehr"
  password = "hunter2-Kx93mQpz" # expect: gcp-sql-password-literal
}
