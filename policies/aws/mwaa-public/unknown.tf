variable "mode" {
  type = string
}

resource "aws_mwaa_environment" "variable" {
  name                  = "claims"
  webserver_access_mode = var.mode # expect: mwaa-public
}
