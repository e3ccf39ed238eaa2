resource "aws_s3_bucket" "inline" {
  bucket = "acme-phi-inline"
  versioning { # expect: s3-bucket-versioning-disabled
    mfa_delete = false
  }
}
