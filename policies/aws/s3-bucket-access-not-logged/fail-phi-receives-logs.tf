# Documents of patients, and the logs of another bucket.
resource "aws_s3_bucket" "documents" { # expect: s3-bucket-access-not-logged
  bucket = "clinic-documents"
  tags   = { data-class = "phi" }
}

resource "aws_s3_bucket" "site" {
  bucket = "clinic-site"
}

resource "aws_s3_bucket_logging" "site" {
  bucket        = aws_s3_bucket.site.id
  target_bucket = aws_s3_bucket.documents.id
  target_prefix = "log/"
}
