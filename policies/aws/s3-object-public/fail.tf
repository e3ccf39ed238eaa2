resource "aws_s3_object" "open" {
  bucket = "phi"
  key    = "letter.pdf"
  acl    = "public-read" # expect: s3-object-public
}
