module "documents" {
  source = "./modules/bucket"
  name   = "clinic-documents-${var.environment}"
}

module "images" {
  source     = "./modules/bucket"
  name       = "clinic-images-${var.environment}"
  versioning = "Suspended"
}

resource "aws_s3_bucket" "static_site" {
  bucket = "clinic-brochure-${var.environment}"
}

resource "aws_s3_bucket_acl" "static_site" {
  bucket = aws_s3_bucket.static_site.id
  acl    = "public-read"
}

resource "aws_s3_bucket_policy" "static_site" {
  bucket = aws_s3_bucket.static_site.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Brochure"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.static_site.arn}/*"
    }]
  })
}
