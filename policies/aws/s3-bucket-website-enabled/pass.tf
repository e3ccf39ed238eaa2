resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_website_configuration" "moved" {
  bucket = "www.acme.example"
  redirect_all_requests_to {
    host_name = "portal.acme.example"
    protocol  = "https"
  }
}
