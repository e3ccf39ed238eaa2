resource "aws_api_gateway_stage" "silent" { # expect: api-gateway-access-log-off
  rest_api_id   = "a1b2c3"
  deployment_id = "d1"
  stage_name    = "prod"
}

resource "aws_apigatewayv2_stage" "silent" { # expect: api-gateway-access-log-off
  api_id = "a1b2c3"
  name   = "prod"
}
