resource "aws_api_gateway_method_settings" "off" {
  rest_api_id = "a1b2c3"
  stage_name  = "prod"
  method_path = "*/*"
  settings {
    caching_enabled      = true
    cache_data_encrypted = false # expect: api-gateway-cache-unencrypted
  }
}

resource "aws_api_gateway_method_settings" "absent" { # expect: api-gateway-cache-unencrypted
  rest_api_id = "a1b2c3"
  stage_name  = "prod"
  method_path = "*/*"
  settings {
    caching_enabled = true
  }
}
