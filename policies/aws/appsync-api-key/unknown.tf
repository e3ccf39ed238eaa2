variable "type" {
  type = string
}

resource "aws_appsync_graphql_api" "portal" {
  name                = "portal"
  authentication_type = var.type # expect: appsync-api-key
}
