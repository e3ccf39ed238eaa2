variable "value" {
  type = string
}

resource "aws_appsync_graphql_api" "variable" {
  name                = "portal"
  authentication_type = "AWS_IAM"
  log_config {
    field_log_level = var.value # expect: appsync-logging-off
  }
}
