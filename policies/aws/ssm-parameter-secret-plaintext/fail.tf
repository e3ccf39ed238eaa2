resource "aws_ssm_parameter" "ehr" {
  name  = "/ehr/db/password"
  type  = "String" # expect: ssm-parameter-secret-plaintext
  value = "x"
}
