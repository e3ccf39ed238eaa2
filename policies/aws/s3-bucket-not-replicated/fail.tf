resource "aws_s3_bucket" "alone" { # expect: s3-bucket-not-replicated
  bucket = "phi"
}
