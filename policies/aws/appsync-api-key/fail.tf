resource "aws_appsync_graphql_api" "portal" {
  name                = "portal"
  authentication_type = "API_KEY" # expect: appsync-api-key
}

resource "aws_appsync_graphql_api" "beside" {
  name                = "beside"
  authentication_type = "AWS_IAM"
  additional_authentication_provider {
    authentication_type = "API_KEY" # expect: appsync-api-key
  }
}
