variable "account" {
  type = string
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = "vpc-0123456789abcdef0"
  service_name = "com.amazonaws.us-east-1.s3"
}

resource "aws_s3_bucket_policy" "endpoint" {
  bucket = "clinic-documents"
  policy = jsonencode({ # expect: s3-bucket-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::clinic/*"
      Condition = { StringEquals = { "aws:SourceVpce" = aws_vpc_endpoint.s3.id } }
    }]
  })
}

resource "aws_s3_bucket_policy" "account" {
  bucket = "clinic-scans"
  policy = jsonencode({ # expect: s3-bucket-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::clinic-scans/*"
      Condition = { ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::${var.account}:role/reader" } }
    }]
  })
}
