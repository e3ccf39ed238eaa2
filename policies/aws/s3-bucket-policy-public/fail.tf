resource "aws_s3_bucket_policy" "everybody" {
  bucket = "acme-phi-documents"
  policy = jsonencode({ # expect: s3-bucket-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::acme-phi-documents/*"
    }]
  })
}

resource "aws_s3_bucket_policy" "any_address" {
  bucket = "acme-phi-scans"
  # expect: s3-bucket-policy-public
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": ["*"]},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::acme-phi-scans/*",
        "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}
      }
    }
  JSON
}

# A condition on who it is not restricts nobody.
resource "aws_s3_bucket_policy" "negated" {
  bucket = "acme-phi-charts"
  policy = jsonencode({ # expect: s3-bucket-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::acme-phi-charts/*"
      Condition = { StringNotEquals = { "aws:SourceAccount" = "444455556666" } }
    }]
  })
}

data "aws_iam_policy_document" "public" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::acme-phi-public/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "document" {
  bucket = "acme-phi-public"
  policy = data.aws_iam_policy_document.public.json # expect: s3-bucket-policy-public
}
