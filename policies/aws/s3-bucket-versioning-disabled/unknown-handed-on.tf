# The versioning is for the bucket that the data source tells of, and that is asked for by the id of this one.
resource "aws_s3_bucket" "records" { # expect: s3-bucket-versioning-disabled
  bucket = "acme-records"
}

data "aws_s3_bucket" "records" {
  bucket = aws_s3_bucket.records.id
}

resource "aws_s3_bucket_versioning" "records" {
  bucket = data.aws_s3_bucket.records.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "images" { # expect: s3-bucket-versioning-disabled
  bucket = "acme-images"
}

resource "terraform_data" "images" {
  input = aws_s3_bucket.images.id
}

resource "aws_s3_bucket_versioning" "images" {
  bucket = terraform_data.images.output
  versioning_configuration {
    status = "Enabled"
  }
}
