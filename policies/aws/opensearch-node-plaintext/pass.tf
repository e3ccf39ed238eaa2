variable "value" {
  default = true
}

resource "aws_opensearch_domain" "phi" {
  domain_name = "records"
  node_to_node_encryption {
    enabled = true
  }
}

resource "aws_elasticsearch_domain" "phi" {
  domain_name = "records"
  node_to_node_encryption {
    enabled = true
  }
}

resource "aws_opensearch_domain" "from_variable" {
  domain_name = "records"
  node_to_node_encryption {
    enabled = var.value
  }
}
