resource "aws_iam_policy" "wide" {
  name = "wide"
  policy = jsonencode({ # expect: iam-policy-service-wide
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:*", "kms:Decrypt"]
      Resource = "*"
    }]
  })
}

resource "aws_iam_role_policy" "wide" {
  role   = "portal"
  policy = data.aws_iam_policy_document.wide.json # expect: iam-policy-service-wide
}

data "aws_iam_policy_document" "wide" {
  statement {
    actions   = ["s3:*", "kms:Decrypt"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "inline" {
  name               = "inline"
  assume_role_policy = "{}"

  inline_policy {
    name = "wide"
    policy = jsonencode({ # expect: iam-policy-service-wide
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = ["s3:*", "kms:Decrypt"]
        Resource = "*"
      }]
    })
  }
}
