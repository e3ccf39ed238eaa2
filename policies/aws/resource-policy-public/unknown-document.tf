variable "principal" {
  type = string
}

resource "aws_iam_role" "portal" {
  name               = "portal"
  assume_role_policy = "{}"
}

resource "aws_sns_topic_policy" "document" {
  arn    = "arn:aws:sns:us-east-1:111122223333:results"
  policy = data.aws_iam_policy_document.topic.json # expect: resource-policy-public
}

data "aws_iam_policy_document" "topic" {
  statement {
    actions   = ["sns:Publish"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.portal.arn, var.principal]
    }
  }
}
