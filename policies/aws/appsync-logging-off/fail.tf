resource "aws_appsync_graphql_api" "off" {
  name                = "portal"
  authentication_type = "AWS_IAM"
  log_config {
    field_log_level = "NONE" # expect: appsync-logging-off
  }
}
