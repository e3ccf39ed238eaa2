resource "aws_opensearch_domain" "http" {
  domain_name = "records"

  domain_endpoint_options {
    enforce_https       = false # expect: opensearch-http-allowed
    tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
  }
}

resource "aws_elasticsearch_domain" "old" {
  domain_name = "records"

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # expect: opensearch-http-allowed
  }
}
