resource "aws_s3_access_point" "internet" { # expect: s3-access-point-outside-vpc
  bucket = "acme-phi-documents"
  name   = "documents"
}
