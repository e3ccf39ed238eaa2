resource "aws_opensearch_domain" "none" { # expect: opensearch-http-allowed
  domain_name = "records"
}

resource "aws_opensearch_domain" "policy" {
  domain_name = "records"

  domain_endpoint_options { # expect: opensearch-http-allowed
    enforce_https = true
  }
}
