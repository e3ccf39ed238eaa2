variable "value" {
  default = "verify-full"
}

resource "aws_dms_endpoint" "phi" {
  endpoint_id   = "ehr"
  endpoint_type = "source"
  engine_name   = "postgres"
  ssl_mode      = "verify-full"
}

resource "aws_dms_endpoint" "from_variable" {
  endpoint_id   = "ehr"
  endpoint_type = "source"
  engine_name   = "postgres"
  ssl_mode      = var.value
}

resource "aws_dms_endpoint" "lake" {
  endpoint_id   = "lake"
  endpoint_type = "target"
  engine_name   = "s3"
}
