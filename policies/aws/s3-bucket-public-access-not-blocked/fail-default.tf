resource "aws_s3_bucket" "part" {
  bucket = "acme-phi-part"
}

# What is not said is off.
resource "aws_s3_bucket_public_access_block" "part" { # expect: s3-bucket-public-access-not-blocked
  bucket              = aws_s3_bucket.part.id
  block_public_acls   = true
  block_public_policy = true
}

resource "aws_s3_bucket_public_access_block" "no_block_public_acls" { # expect: s3-bucket-public-access-not-blocked
  bucket                  = "acme-phi-part"
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_public_access_block" "no_block_public_policy" { # expect: s3-bucket-public-access-not-blocked
  bucket                  = "acme-phi-part"
  block_public_acls       = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_public_access_block" "no_ignore_public_acls" { # expect: s3-bucket-public-access-not-blocked
  bucket                  = "acme-phi-part"
  block_public_acls       = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_public_access_block" "no_restrict_public_buckets" { # expect: s3-bucket-public-access-not-blocked
  bucket              = "acme-phi-part"
  block_public_acls   = true
  block_public_policy = true
  ignore_public_acls  = true
}
