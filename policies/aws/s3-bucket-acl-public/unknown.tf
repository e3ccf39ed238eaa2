variable "acl" {
  type = string
}

resource "aws_s3_bucket_acl" "variable" {
  bucket = "acme-phi-documents"
  acl    = var.acl # expect: s3-bucket-acl-public
}
