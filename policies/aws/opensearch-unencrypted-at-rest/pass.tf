resource "aws_kms_key" "phi" {}

resource "aws_opensearch_domain" "records" {
  domain_name    = "records"
  engine_version = "OpenSearch_2.13"
  encrypt_at_rest {
    enabled    = true
    kms_key_id = aws_kms_key.phi.arn
  }
}
