resource "aws_elasticsearch_domain" "search" { # expect: opensearch-fine-grained-access-off
  domain_name = "search"
}
