variable "reader" {
  type = string
}

resource "aws_iam_role" "portal" {
  name               = "portal"
  assume_role_policy = "{}"
}

resource "aws_kms_key" "phi" {
  policy = data.aws_iam_policy_document.phi.json # expect: kms-key-policy-public
}

data "aws_iam_policy_document" "phi" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.portal.arn, var.reader]
    }
  }
}

resource "aws_kms_key" "condition" {
  policy = data.aws_iam_policy_document.condition.json # expect: kms-key-policy-public
}

data "aws_iam_policy_document" "condition" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:PrincipalArn"
      values   = [aws_iam_role.portal.arn, "*"]
    }
  }
}
