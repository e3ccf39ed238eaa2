resource "aws_sqs_queue_policy" "open" {
  queue_url = "https://sqs.us-east-1.amazonaws.com/111122223333/results"
  policy = jsonencode({ # expect: resource-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}

resource "aws_secretsmanager_secret_policy" "open" {
  secret_arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:ehr"
  # expect: resource-policy-public
  policy = <<POLICY
{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]
}
POLICY
}

resource "aws_sns_topic" "open" {
  name   = "results"
  policy = data.aws_iam_policy_document.open.json # expect: resource-policy-public
}

data "aws_iam_policy_document" "open" {
  statement {
    actions   = ["sns:Publish"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_opensearch_domain" "open" {
  domain_name = "records"
  access_policies = jsonencode({ # expect: resource-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "es:*"
      Resource  = "*"
    }]
  })
}
