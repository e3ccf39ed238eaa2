provider "aws" {
  region = "us-east-1"
}

resource "aws_s3_bucket" "documents" {
  bucket = "clinic-documents"
}

resource "aws_cloudtrail" "main" {
  name                  = "main"
  s3_bucket_name        = "clinic-audit"
  region                = "eu-west-1"
  is_multi_region_trail = true
  event_selector {
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
