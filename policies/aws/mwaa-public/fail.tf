resource "aws_mwaa_environment" "public" {
  name                  = "claims"
  webserver_access_mode = "PUBLIC_ONLY" # expect: mwaa-public
}
