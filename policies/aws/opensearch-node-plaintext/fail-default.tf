# What is not written is off.
resource "aws_opensearch_domain" "absent" { # expect: opensearch-node-plaintext
  domain_name = "records"
}

resource "aws_elasticsearch_domain" "absent" { # expect: opensearch-node-plaintext
  domain_name = "records"
}
