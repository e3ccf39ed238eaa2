resource "aws_opensearch_domain" "silent" { # expect: opensearch-audit-log-off
  domain_name = "records"
}

resource "aws_opensearch_domain" "slow" { # expect: opensearch-audit-log-off
  domain_name = "records"
  log_publishing_options {
    log_type                 = "SEARCH_SLOW_LOGS"
    cloudwatch_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:search"
  }
}

resource "aws_elasticsearch_domain" "off" { # expect: opensearch-audit-log-off
  domain_name = "records"
  log_publishing_options {
    log_type                 = "AUDIT_LOGS"
    enabled                  = false
    cloudwatch_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:search"
  }
}
