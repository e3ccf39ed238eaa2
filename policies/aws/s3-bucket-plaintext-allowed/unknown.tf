variable "policy" {
  type = string
}

resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_policy" "documents" {
  bucket = aws_s3_bucket.documents.id
  policy = var.policy # expect: s3-bucket-plaintext-allowed
}
