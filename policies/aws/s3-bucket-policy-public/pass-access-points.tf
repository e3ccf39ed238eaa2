# Access points of one account decide who gets in.
resource "aws_s3_bucket_policy" "delegated" {
  bucket = "phi"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::phi", "arn:aws:s3:::phi/*"]
      Condition = { StringLike = { "s3:DataAccessPointArn" = "arn:aws:s3:us-east-1:111122223333:accesspoint/*" } }
    }]
  })
}
