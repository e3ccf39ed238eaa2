variable "account" {
  type = string
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
