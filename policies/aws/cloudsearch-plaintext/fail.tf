resource "aws_cloudsearch_domain" "http" {
  name = "records"
  endpoint_options {
    enforce_https = false # expect: cloudsearch-plaintext
  }
}
