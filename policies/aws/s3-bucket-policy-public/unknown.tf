variable "policy" {
  type = string
}

variable "reader" {
  type = string
}

resource "aws_s3_bucket_policy" "variable" {
  bucket = "acme-phi-documents"
  policy = var.policy # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "principal" {
  bucket = "acme-phi-scans"
  policy = jsonencode({ # expect: s3-bucket-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.reader }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::acme-phi-scans/*"
    }]
  })
}
