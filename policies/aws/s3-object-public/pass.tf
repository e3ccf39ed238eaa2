resource "aws_s3_object" "phi" {
  bucket = "phi"
  key    = "letter.pdf"
}
