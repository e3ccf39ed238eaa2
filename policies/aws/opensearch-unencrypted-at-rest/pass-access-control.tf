# Fine-grained access control implies encryption.
resource "aws_opensearch_domain" "records" {
  domain_name    = "records"
  engine_version = "OpenSearch_2.13"
  advanced_security_options {
    enabled = true
  }
}
