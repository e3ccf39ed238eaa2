resource "google_sql_user" "ehr" {
  instance = "ehr"
  name     = "ehr"
  password = "hunter2-Kx93mQpz" # expect: gcp-sql-password-literal
}

resource "google_alloydb_user" "literal" {
  cluster   = "ehr"
  user_id   = "clinic"
  user_type = "ALLOYDB_BUILT_IN"
  password  = "hunter2-Kx93mQpz" # expect: gcp-sql-password-literal
}
