# What is not written is off.
resource "aws_dms_endpoint" "absent" { # expect: dms-endpoint-plaintext
  endpoint_id   = "ehr"
  endpoint_type = "source"
  engine_name   = "postgres"
}
