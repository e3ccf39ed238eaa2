# An ARN that AWS gives is no pattern.
resource "aws_iam_role" "portal" {
  name               = "portal"
  assume_role_policy = "{}"
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "phi" {
  policy = data.aws_iam_policy_document.phi.json
}

data "aws_iam_policy_document" "phi" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.portal.arn]
    }
  }
  statement {
    actions   = ["kms:Decrypt"]
    resources = ["*"]
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
