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

# Only in part what AWS tells of its caller.
data "aws_caller_identity" "current" {}

resource "aws_s3_bucket_policy" "pattern" {
  bucket = "acme-phi-scans"
  policy = jsonencode({ # expect: s3-bucket-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "*"
      Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:logs:${var.reader}:${data.aws_caller_identity.current.account_id}:*" } }
    }]
  })
}
