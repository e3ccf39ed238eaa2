resource "aws_api_gateway_domain_name" "off" {
  domain_name     = "api.clinic.example"
  security_policy = "TLS_1_0" # expect: api-gateway-tls-outdated
}
