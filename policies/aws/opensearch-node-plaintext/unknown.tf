variable "value" {
  type = bool
}

resource "aws_opensearch_domain" "variable" {
  domain_name = "records"
  node_to_node_encryption {
    enabled = var.value # expect: opensearch-node-plaintext
  }
}

resource "aws_elasticsearch_domain" "variable" {
  domain_name = "records"
  node_to_node_encryption {
    enabled = var.value # expect: opensearch-node-plaintext
  }
}
