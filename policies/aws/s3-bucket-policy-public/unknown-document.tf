variable "reader" {
  type = string
}

resource "aws_iam_role" "portal" {
  name               = "portal"
  assume_role_policy = "{}"
}

resource "aws_s3_bucket_policy" "document" {
  bucket = "clinic-documents"
  policy = data.aws_iam_policy_document.document.json # expect: s3-bucket-policy-public
}

data "aws_iam_policy_document" "document" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::clinic-documents/*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.portal.arn, var.reader]
    }
  }
}

resource "aws_s3_bucket_policy" "condition" {
  bucket = "clinic-documents"
  policy = data.aws_iam_policy_document.condition.json # expect: s3-bucket-policy-public
}

data "aws_iam_policy_document" "condition" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::clinic-documents/*"]
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
