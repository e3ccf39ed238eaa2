resource "aws_api_gateway_method" "phi" {
  rest_api_id   = "a1b2c3"
  resource_id   = "r1"
  http_method   = "GET"
  authorization = "AWS_IAM"
}

resource "aws_api_gateway_method" "preflight" {
  rest_api_id   = "a1b2c3"
  resource_id   = "r1"
  http_method   = "OPTIONS"
  authorization = "NONE"
}

resource "aws_apigatewayv2_route" "phi" {
  api_id             = "a1b2c3"
  route_key          = "GET /patients"
  authorization_type = "JWT"
  authorizer_id      = "j1"
}
