variable "count" {
  type = number
}

resource "aws_ssm_parameter" "either" {
  name  = "/ehr/password"
  type  = "SecureString"
  value = var.count > 0 ? "hunter2-Kx93mQpz" : random_password.ehr.result # expect: secret-value-literal
}

resource "random_password" "ehr" {
  length = 32
}
