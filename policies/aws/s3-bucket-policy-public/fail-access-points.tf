resource "aws_s3_bucket_policy" "anybody" {
  bucket = "phi"
  policy = jsonencode({ # expect: s3-bucket-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::phi", "arn:aws:s3:::phi/*"]
      Condition = { StringLike = { "s3:DataAccessPointArn" = "arn:aws:s3:*:*:accesspoint/*" } }
    }]
  })
}
