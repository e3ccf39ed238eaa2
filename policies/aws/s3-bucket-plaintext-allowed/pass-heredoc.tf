resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_policy" "documents" {
  bucket = "acme-phi-documents"
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["s3:*"],
        "Resource": ["${aws_s3_bucket.documents.arn}", "${aws_s3_bucket.documents.arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}
      }]
    }
  JSON
}
