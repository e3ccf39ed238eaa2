variable "fine" {
  type = bool
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  advanced_security_options {
    enabled = var.fine # expect: opensearch-fine-grained-access-off
  }
}
