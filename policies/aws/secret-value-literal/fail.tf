resource "aws_secretsmanager_secret_version" "ehr" {
  secret_id     = "ehr"
  secret_string = "hunter2-Kx93mQpz" # expect: secret-value-literal
}

resource "aws_ssm_parameter" "ehr" {
  name  = "/ehr/password"
  type  = "SecureString"
  value = "hunter2-Kx93mQpz" # expect: secret-value-literal
}
