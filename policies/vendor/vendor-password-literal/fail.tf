resource "mongodbatlas_database_user" "app" {
  project_id         = "p1"
  username           = "portal"
  password           = "hunter2-Kx93mQpz" # expect: vendor-password-literal
  auth_database_name = "admin"
}

resource "vercel_project_environment_variable" "db" {
  project_id = "p1"
  key        = "DATABASE_PASSWORD"
  value      = "hunter2-Kx93mQpz" # expect: vendor-password-literal
  target     = ["production"]
}
