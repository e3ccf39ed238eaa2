resource "random_password" "ehr" {
  length = 32
}

resource "aws_secretsmanager_secret_version" "ehr" {
  secret_id     = "ehr"
  secret_string = random_password.ehr.result
}

resource "aws_ssm_parameter" "placeholder" {
  name  = "/ehr/password"
  type  = "SecureString"
  value = "changeme"
}
