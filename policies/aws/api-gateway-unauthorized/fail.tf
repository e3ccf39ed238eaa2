resource "aws_api_gateway_method" "open" {
  rest_api_id   = "a1b2c3"
  resource_id   = "r1"
  http_method   = "GET"
  authorization = "NONE" # expect: api-gateway-unauthorized
}

resource "aws_apigatewayv2_route" "open" { # expect: api-gateway-unauthorized
  api_id    = "a1b2c3"
  route_key = "GET /patients"
}
