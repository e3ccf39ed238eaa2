resource "aws_s3_bucket" "bare" { # expect: s3-bucket-public-access-not-blocked
  bucket = "acme-phi-bare"
}

resource "aws_s3_bucket" "off" {
  bucket = "acme-phi-off"
}

resource "aws_s3_bucket_public_access_block" "off" {
  bucket                  = aws_s3_bucket.off.id
  block_public_acls       = false # expect: s3-bucket-public-access-not-blocked
  block_public_policy     = false # expect: s3-bucket-public-access-not-blocked
  ignore_public_acls      = false # expect: s3-bucket-public-access-not-blocked
  restrict_public_buckets = false # expect: s3-bucket-public-access-not-blocked
}
