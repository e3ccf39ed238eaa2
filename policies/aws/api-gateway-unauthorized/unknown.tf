variable "kind" {
  type = string
}

resource "aws_api_gateway_method" "variable" {
  rest_api_id   = "a1b2c3"
  resource_id   = "r1"
  http_method   = "GET"
  authorization = var.kind # expect: api-gateway-unauthorized
}
