# The name holds what only a plan knows; whoever takes it from the bucket names the bucket.
data "aws_caller_identity" "current" {}

resource "random_id" "suffix" {
  byte_length = 4
}

variable "stage" {
  type = string
}

resource "aws_s3_bucket" "account" {
  bucket = "clinic-${data.aws_caller_identity.current.account_id}"
}

resource "aws_s3_bucket_public_access_block" "account" {
  bucket                  = aws_s3_bucket.account.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "random" {
  bucket = "clinic-${random_id.suffix.hex}-${var.stage}"
}

resource "aws_s3_bucket_public_access_block" "random" {
  bucket                  = "${aws_s3_bucket.random.bucket}"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
