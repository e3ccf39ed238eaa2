resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
  tags   = { data-class = "phi" }
}

resource "aws_s3_bucket_website_configuration" "documents" { # expect: s3-bucket-website-enabled
  bucket = aws_s3_bucket.documents.id
  index_document {
    suffix = "index.html"
  }
}

resource "aws_s3_bucket" "inline" { # expect: s3-bucket-website-enabled
  bucket = "acme-phi-inline"
  website {
    index_document = "index.html"
  }
}
