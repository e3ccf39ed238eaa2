variable "https" {
  type = bool
}

resource "aws_cloudsearch_domain" "variable" {
  name = "records"
  endpoint_options {
    enforce_https = var.https # expect: cloudsearch-plaintext
  }
}
