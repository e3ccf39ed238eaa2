resource "aws_s3_bucket" "part" {
  bucket = "acme-phi-part"
}

# What is not said is off.
resource "aws_s3_bucket_public_access_block" "part" { # expect: s3-bucket-public-access-not-blocked
  bucket              = aws_s3_bucket.part.id
  block_public_acls   = true
  block_public_policy = true
}
