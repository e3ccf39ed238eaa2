resource "aws_opensearch_domain" "off" {
  domain_name    = "records"
  engine_version = "OpenSearch_2.13"
  encrypt_at_rest {
    enabled = false # expect: opensearch-unencrypted-at-rest
  }
}

resource "aws_elasticsearch_domain" "off" {
  domain_name = "records-old"
  encrypt_at_rest {
    enabled = false # expect: opensearch-unencrypted-at-rest
  }
}
