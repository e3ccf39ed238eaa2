variable "https" {
  type = bool
}

resource "aws_opensearch_domain" "phi" {
  domain_name = "records"

  domain_endpoint_options {
    enforce_https       = var.https # expect: opensearch-http-allowed
    tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
  }
}
