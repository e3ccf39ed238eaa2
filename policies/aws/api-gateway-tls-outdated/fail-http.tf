resource "aws_apigatewayv2_domain_name" "api" {
  domain_name = "api.example.org"
  domain_name_configuration {
    certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_0" # expect: api-gateway-tls-outdated
  }
}
