resource "aws_opensearch_domain" "absent" { # expect: opensearch-unencrypted-at-rest
  domain_name    = "records"
  engine_version = "OpenSearch_2.13"
}

resource "aws_opensearch_domain" "access_control_off" { # expect: opensearch-unencrypted-at-rest
  domain_name = "records"
  advanced_security_options {
    enabled = false
  }
}
