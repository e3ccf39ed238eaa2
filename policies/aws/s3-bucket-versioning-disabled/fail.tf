resource "aws_s3_bucket" "bare" { # expect: s3-bucket-versioning-disabled
  bucket = "acme-phi-bare"
}

resource "aws_s3_bucket" "suspended" {
  bucket = "acme-phi-suspended"
}

resource "aws_s3_bucket_versioning" "suspended" {
  bucket = aws_s3_bucket.suspended.id
  versioning_configuration {
    status = "Suspended" # expect: s3-bucket-versioning-disabled
  }
}

resource "aws_s3_bucket" "inline" {
  bucket = "acme-phi-inline"
  versioning {
    enabled = false # expect: s3-bucket-versioning-disabled
  }
}
