variable "legacy" {
  type = bool
}

resource "random_password" "db" {
  length = 32
}

resource "aws_db_instance" "either" {
  engine         = "postgres"
  instance_class = "db.t4g.medium"
  username       = "app"
  password       = var.legacy ? "not-a-real-password-1" : random_password.db.result # expect: database-password-literal
}
