resource "aws_opensearch_domain" "off" {
  domain_name = "records"
  node_to_node_encryption {
    enabled = false # expect: opensearch-node-plaintext
  }
}

resource "aws_opensearch_domain" "text" {
  domain_name = "records"
  node_to_node_encryption {
    enabled = "false" # expect: opensearch-node-plaintext
  }
}

resource "aws_elasticsearch_domain" "off" {
  domain_name = "records"
  node_to_node_encryption {
    enabled = false # expect: opensearch-node-plaintext
  }
}

resource "aws_elasticsearch_domain" "text" {
  domain_name = "records"
  node_to_node_encryption {
    enabled = "false" # expect: opensearch-node-plaintext
  }
}
