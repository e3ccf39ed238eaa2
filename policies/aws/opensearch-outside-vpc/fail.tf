resource "aws_opensearch_domain" "public" { # expect: opensearch-outside-vpc
  domain_name = "records"
}

resource "aws_elasticsearch_domain" "public" { # expect: opensearch-outside-vpc
  domain_name = "records"
}
