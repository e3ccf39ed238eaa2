variable "secret" {
  type = string
}

resource "aws_secretsmanager_secret" "db" { # expect: secretsmanager-rotation-off
  name = "db"
}

resource "aws_secretsmanager_secret_rotation" "variable" {
  secret_id           = var.secret
  rotation_lambda_arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate"
  rotation_rules {
    automatically_after_days = 30
  }
}
