resource "aws_api_gateway_method_settings" "trace" {
  rest_api_id = "a1b2c3"
  stage_name  = "prod"
  method_path = "*/*"
  settings {
    logging_level      = "INFO"
    data_trace_enabled = true # expect: api-gateway-body-logged
  }
}
