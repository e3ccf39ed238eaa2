# Fine-grained access control asks everybody who they are.
resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  advanced_security_options {
    enabled = true
    master_user_options {
      master_user_arn = "arn:aws:iam::111122223333:role/search-admin"
    }
  }
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "es:*"
      Resource  = "arn:aws:es:us-east-1:111122223333:domain/search/*"
    }]
  })
}

resource "aws_opensearch_domain_policy" "search" {
  domain_name = aws_opensearch_domain.search.domain_name
  access_policies = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "es:ESHttp*", Resource = "${aws_opensearch_domain.search.arn}/*" }]
  })
}

data "aws_caller_identity" "current" {}

resource "aws_cloudwatch_event_bus_policy" "bus" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "events:PutEvents"
      Resource  = "arn:aws:events:us-east-1:111122223333:event-bus/default"
      Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:events:us-east-1:${data.aws_caller_identity.current.account_id}:rule/a" } }
    }]
  })
}
