variable "logs" {
  type = list(string)
}

resource "aws_opensearch_domain" "variable" { # expect: opensearch-audit-log-off
  domain_name = "records"
  dynamic "log_publishing_options" {
    for_each = var.logs
    content {
      log_type                 = log_publishing_options.value
      cloudwatch_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:search"
    }
  }
}
