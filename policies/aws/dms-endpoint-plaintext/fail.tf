resource "aws_dms_endpoint" "off" {
  endpoint_id   = "ehr"
  endpoint_type = "source"
  engine_name   = "postgres"
  ssl_mode      = "none" # expect: dms-endpoint-plaintext
}
