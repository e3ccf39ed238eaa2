resource "aws_ssm_parameter" "ehr" {
  name  = "/ehr/db/password"
  type  = "SecureString"
  value = "x"
}

resource "aws_ssm_parameter" "arn" {
  name  = "/ehr/db/secret_arn"
  type  = "String"
  value = "arn"
}
