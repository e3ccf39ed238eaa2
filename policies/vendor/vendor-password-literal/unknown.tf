variable "generate" {
  type = bool
}

resource "random_password" "app" {
  length = 32
}

resource "snowflake_user" "either" {
  name     = "portal"
  password = var.generate ? random_password.app.result : "hunter2-Kx93mQpz" # expect: vendor-password-literal
}
