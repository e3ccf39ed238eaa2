resource "aws_sqs_queue_policy" "bucket" {
  queue_url = "https://sqs.us-east-1.amazonaws.com/111122223333/results"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:s3:::clinic-results" } }
    }]
  })
}

resource "aws_sns_topic_policy" "service" {
  arn = "arn:aws:sns:us-east-1:111122223333:results"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}

resource "aws_iam_role" "portal" {
  name               = "portal"
  assume_role_policy = "{}"
}

data "aws_caller_identity" "current" {}

resource "aws_sns_topic_policy" "document" {
  arn    = "arn:aws:sns:us-east-1:111122223333:results"
  policy = data.aws_iam_policy_document.topic.json
}

data "aws_iam_policy_document" "topic" {
  statement {
    actions   = ["sns:Publish"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.portal.arn]
    }
  }
  statement {
    actions   = ["sns:Publish"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "AWS:SourceOwner"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

# As AWS makes it.
resource "aws_sns_topic" "default" {
  name = "results"
}
