variable "key" {
  type = string
}

resource "aws_cloudtrail" "variable" {
  name           = "clinic"
  s3_bucket_name = "clinic-trail"
  kms_key_id     = var.key # expect: cloudtrail-without-customer-key
}
