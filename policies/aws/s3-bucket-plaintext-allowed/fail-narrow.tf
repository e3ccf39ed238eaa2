# Only requests from one network are refused.
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
      Resource  = [aws_s3_bucket.documents.arn, "${aws_s3_bucket.documents.arn}/*"]
      Condition = {
        Bool      = { "aws:SecureTransport" = "false" }
        IpAddress = { "aws:SourceIp" = "198.51.100.0/24" }
      }
    }]
  })
}

# A request without TLS has no version of it, and NumericLessThan matches nothing then.
resource "aws_s3_bucket" "charts" {
  bucket = "clinic-charts"
}

resource "aws_s3_bucket_policy" "charts" {
  bucket = aws_s3_bucket.charts.id
  policy = jsonencode({ # expect: s3-bucket-plaintext-allowed
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.charts.arn, "${aws_s3_bucket.charts.arn}/*"]
      Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    }]
  })
}
