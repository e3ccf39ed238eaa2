# The audit bucket takes its own access log too: it has no further bucket to log to.
module "audit" {
  source      = "./modules/bucket"
  name        = "clinic-audit-${var.environment}"
  kms_key_arn = aws_kms_key.records.arn
  log_bucket  = "clinic-access-logs"
}

resource "aws_s3_bucket_object_lock_configuration" "audit" {
  bucket = module.audit.id
  rule {
    default_retention {
      mode  = "COMPLIANCE"
      years = 7
    }
  }
}

resource "aws_cloudtrail" "clinic" {
  name                          = "clinic"
  s3_bucket_name                = module.audit.id
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  kms_key_id                    = aws_kms_key.records.arn
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn     = "arn:aws:iam::123456789012:role/clinic-trail"
}

resource "aws_cloudwatch_log_group" "trail" {
  name              = "clinic-trail"
  retention_in_days = 2192
  kms_key_id        = aws_kms_key.records.arn
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "records" {
  description         = "Patient records"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::123456789012:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

data "aws_iam_policy_document" "operations" {
  statement {
    actions   = ["rds:Describe*", "cloudwatch:Get*", "logs:FilterLogEvents"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "operations" {
  name   = "operations"
  policy = data.aws_iam_policy_document.operations.json
}
