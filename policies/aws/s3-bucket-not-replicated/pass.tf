resource "aws_s3_bucket" "phi" {
  bucket = "phi"
}

resource "aws_s3_bucket_replication_configuration" "phi" {
  bucket = aws_s3_bucket.phi.id
  role   = "replication"
}
