variable "value" {
  type = string
}

resource "aws_dms_endpoint" "variable" {
  endpoint_id   = "ehr"
  endpoint_type = "source"
  engine_name   = "postgres"
  ssl_mode      = var.value # expect: dms-endpoint-plaintext
}
