variable "status" {
  type = string
}

resource "aws_s3_bucket" "documents" { # expect: s3-bucket-versioning-disabled
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_versioning" "documents" {
  bucket = aws_s3_bucket.documents.id
  versioning_configuration {
    status = var.status # expect: s3-bucket-versioning-disabled
  }
}
