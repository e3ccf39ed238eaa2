resource "aws_glacier_vault" "archive" {
  name = "archive"
  access_policy = jsonencode({ # expect: resource-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "glacier:*", Resource = "*" }]
  })
}

resource "aws_cloudwatch_event_bus_policy" "bus" {
  policy = data.aws_iam_policy_document.bus.json # expect: resource-policy-public
}

data "aws_iam_policy_document" "bus" {
  statement {
    actions   = ["events:PutEvents"]
    resources = ["arn:aws:events:us-east-1:111122223333:event-bus/default"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3control_access_point_policy" "reports" {
  access_point_arn = "arn:aws:s3:us-east-1:111122223333:accesspoint/reports"
  # expect: resource-policy-public
  policy = <<-EOF
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:us-east-1:111122223333:accesspoint/reports/object/*"}]}
  EOF
}

# Who is not asked is let in.
resource "aws_opensearch_domain" "open" {
  domain_name = "open"
  advanced_security_options {
    enabled                = true
    anonymous_auth_enabled = true
  }
  access_policies = jsonencode({ # expect: resource-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "es:*", Resource = "*" }]
  })
}

resource "aws_s3tables_table_bucket_policy" "lake" {
  table_bucket_arn = "arn:aws:s3tables:us-east-1:111122223333:bucket/lake"
  resource_policy = jsonencode({ # expect: resource-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3tables:*", Resource = "*" }]
  })
}
