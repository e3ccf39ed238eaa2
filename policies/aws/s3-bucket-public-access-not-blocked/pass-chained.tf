# The id of the policy is the name of the bucket.
variable "policy" {
  type    = string
  default = "{\"Version\": \"2012-10-17\", \"Statement\": []}"
}

resource "aws_s3_bucket" "phi" {
  count         = 1
  bucket_prefix = "phi-"
}

resource "aws_s3_bucket_policy" "phi" {
  count  = var.policy == null ? 0 : 1
  bucket = aws_s3_bucket.phi[0].id
  policy = var.policy
}

resource "aws_s3_bucket_public_access_block" "phi" {
  bucket                  = var.policy == null ? aws_s3_bucket.phi[0].id : aws_s3_bucket_policy.phi[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
