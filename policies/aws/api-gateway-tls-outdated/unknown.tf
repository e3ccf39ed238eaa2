variable "value" {
  type = string
}

resource "aws_api_gateway_domain_name" "variable" {
  domain_name     = "api.clinic.example"
  security_policy = var.value # expect: api-gateway-tls-outdated
}
