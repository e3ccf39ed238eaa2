# What is not written is off.
resource "aws_api_gateway_domain_name" "absent" { # expect: api-gateway-tls-outdated
  domain_name = "api.clinic.example"
}
