variable "encrypt" {
  type = bool
}

resource "aws_api_gateway_method_settings" "variable" {
  rest_api_id = "a1b2c3"
  stage_name  = "prod"
  method_path = "*/*"
  settings {
    caching_enabled      = true
    cache_data_encrypted = var.encrypt # expect: api-gateway-cache-unencrypted
  }
}
