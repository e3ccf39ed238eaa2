resource "random_password" "app" {
  length = 32
}

resource "mongodbatlas_database_user" "app" {
  project_id         = "p1"
  username           = "portal"
  password           = random_password.app.result
  auth_database_name = "admin"
}

resource "vercel_project_environment_variable" "mode" {
  project_id = "p1"
  key        = "NODE_ENV"
  value      = "production"
  target     = ["production"]
}
