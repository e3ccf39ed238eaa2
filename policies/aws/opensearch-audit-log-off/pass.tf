resource "aws_opensearch_domain" "phi" {
  domain_name = "records"
  log_publishing_options {
    log_type                 = "AUDIT_LOGS"
    cloudwatch_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:search"
  }
}
