variable "value" {
  default = "ERROR"
}

resource "aws_appsync_graphql_api" "phi" {
  name                = "portal"
  authentication_type = "AWS_IAM"
  log_config {
    field_log_level = "ERROR"
  }
}

resource "aws_appsync_graphql_api" "from_variable" {
  name                = "portal"
  authentication_type = "AWS_IAM"
  log_config {
    field_log_level = var.value
  }
}
