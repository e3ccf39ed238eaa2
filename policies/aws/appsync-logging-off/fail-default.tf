# What is not written is off.
resource "aws_appsync_graphql_api" "absent" { # expect: appsync-logging-off
  name                = "portal"
  authentication_type = "AWS_IAM"
}
