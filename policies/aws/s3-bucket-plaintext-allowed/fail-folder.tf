# Requests for one folder are refused, for the others not.
resource "aws_s3_bucket" "documents" {
  bucket = "clinic-documents"
}

resource "aws_s3_bucket_policy" "documents" {
  bucket = aws_s3_bucket.documents.id
  policy = jsonencode({ # expect: s3-bucket-plaintext-allowed
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::clinic-documents", "${aws_s3_bucket.documents.arn}/public/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

# The objects of the bucket are not named at all.
resource "aws_s3_bucket" "charts" {
  bucket = "clinic-charts"
}

resource "aws_s3_bucket_policy" "charts" {
  bucket = "clinic-charts"
  policy = jsonencode({ # expect: s3-bucket-plaintext-allowed
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::clinic-charts", "arn:aws:s3:::clinic-scans"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
