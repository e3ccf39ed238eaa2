variable "type" {
  type = string
}

resource "aws_ssm_parameter" "variable" {
  name  = "/ehr/db/password"
  type  = var.type # expect: ssm-parameter-secret-plaintext
  value = "x"
}
