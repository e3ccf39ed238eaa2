resource "aws_secretsmanager_secret" "db" { # expect: secretsmanager-rotation-off
  name = "db"
}
