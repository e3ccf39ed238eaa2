# The module is not there: the bucket that it is given may get versions in it.
module "versioning" {
  source  = "example.org/acme/versioning/aws"
  version = "1.0.0"
  bucket  = aws_s3_bucket.documents.id
}

resource "aws_s3_bucket" "documents" { # expect: s3-bucket-versioning-disabled
  bucket = "acme-phi-documents"
}
