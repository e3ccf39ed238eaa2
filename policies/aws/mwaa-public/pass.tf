resource "aws_mwaa_environment" "phi" {
  name = "claims"
}
