variable "acl" {
  type = string
}

resource "aws_s3_object" "variable" {
  bucket = "phi"
  key    = "letter.pdf"
  acl    = var.acl # expect: s3-object-public
}
