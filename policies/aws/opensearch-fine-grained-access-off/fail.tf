resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  advanced_security_options {
    enabled = false # expect: opensearch-fine-grained-access-off
  }
}

resource "aws_opensearch_domain" "anonymous" {
  domain_name = "anonymous"
  advanced_security_options {
    enabled                = true
    anonymous_auth_enabled = true # expect: opensearch-fine-grained-access-off
  }
}
