variable "value" {
  default = "TLS_1_2"
}

resource "aws_api_gateway_domain_name" "phi" {
  domain_name     = "api.clinic.example"
  security_policy = "TLS_1_2"
}

resource "aws_api_gateway_domain_name" "other_0" {
  domain_name     = "api.clinic.example"
  security_policy = "SecurityPolicy_TLS13_1_3_2025_09"
}

resource "aws_api_gateway_domain_name" "from_variable" {
  domain_name     = "api.clinic.example"
  security_policy = var.value
}
