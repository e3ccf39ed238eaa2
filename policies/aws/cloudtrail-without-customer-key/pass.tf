resource "aws_kms_key" "audit" {}

resource "aws_cloudtrail" "phi" {
  name           = "clinic"
  s3_bucket_name = "clinic-trail"
  kms_key_id     = aws_kms_key.audit.arn
}
