variable "redirects" {
  type = list(string)
}

resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_website_configuration" "documents" { # expect: s3-bucket-website-enabled
  bucket = aws_s3_bucket.documents.id
  dynamic "redirect_all_requests_to" {
    for_each = var.redirects
    content {
      host_name = redirect_all_requests_to.value
    }
  }
}
