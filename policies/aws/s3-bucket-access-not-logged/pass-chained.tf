# The id of the policy is the name of the log bucket.
resource "aws_s3_bucket" "logs" {
  bucket_prefix = "logs-"
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = "{\"Version\": \"2012-10-17\", \"Statement\": []}"
}

resource "aws_s3_bucket" "phi" {
  bucket_prefix = "phi-"
}

resource "aws_s3_bucket_logging" "phi" {
  bucket        = aws_s3_bucket.phi.id
  target_bucket = aws_s3_bucket_policy.logs.id
  target_prefix = "phi/"
}
