# An ARN that AWS gives is no pattern.
resource "aws_iam_role" "portal" {
  name               = "portal"
  assume_role_policy = "{}"
}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket_policy" "document" {
  bucket = "clinic-documents"
  policy = data.aws_iam_policy_document.document.json
}

data "aws_iam_policy_document" "document" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::clinic-documents/*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.portal.arn]
    }
  }
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::clinic-documents/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}
