variable "trace" {
  type = bool
}

resource "aws_api_gateway_method_settings" "variable" {
  rest_api_id = "a1b2c3"
  stage_name  = "prod"
  method_path = "*/*"
  settings {
    data_trace_enabled = var.trace # expect: api-gateway-body-logged
  }
}
