variable "encrypted" {
  type = bool
}

resource "aws_opensearch_domain" "variable" {
  domain_name = "records"
  encrypt_at_rest {
    enabled = var.encrypted # expect: opensearch-unencrypted-at-rest
  }
}
