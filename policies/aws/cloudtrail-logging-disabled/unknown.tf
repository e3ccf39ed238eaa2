variable "logging" {
  type = bool
}

resource "aws_cloudtrail" "variable" {
  name           = "org"
  s3_bucket_name = "acme-audit"
  enable_logging = var.logging # expect: cloudtrail-logging-disabled
}
