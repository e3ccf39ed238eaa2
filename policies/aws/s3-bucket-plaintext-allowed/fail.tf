resource "aws_s3_bucket" "bare" { # expect: s3-bucket-plaintext-allowed
  bucket = "acme-phi-bare"
}

resource "aws_s3_bucket" "read" {
  bucket = "acme-phi-read"
}

resource "aws_s3_bucket_policy" "read" {
  bucket = aws_s3_bucket.read.id
  policy = jsonencode({ # expect: s3-bucket-plaintext-allowed
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:role/ehr-api" }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::acme-phi-read/*"
    }]
  })
}

resource "aws_s3_bucket" "objects" {
  bucket = "acme-phi-objects"
}

# The bucket itself, and with it the list of names, is left out.
resource "aws_s3_bucket_policy" "objects" {
  bucket = aws_s3_bucket.objects.id
  policy = jsonencode({ # expect: s3-bucket-plaintext-allowed
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "arn:aws:s3:::acme-phi-objects/*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "reversed" {
  bucket = "acme-phi-reversed"
}

# Refuses requests with TLS.
resource "aws_s3_bucket_policy" "reversed" {
  bucket = aws_s3_bucket.reversed.id
  policy = jsonencode({ # expect: s3-bucket-plaintext-allowed
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::acme-phi-reversed", "arn:aws:s3:::acme-phi-reversed/*"]
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
