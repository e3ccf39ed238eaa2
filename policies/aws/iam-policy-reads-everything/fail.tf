resource "aws_iam_policy" "secrets" {
  policy = jsonencode({ # expect: iam-policy-reads-everything
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

resource "aws_iam_role_policy" "objects" {
  role   = "portal"
  policy = data.aws_iam_policy_document.objects.json # expect: iam-policy-reads-everything
}

data "aws_iam_policy_document" "objects" {
  statement {
    actions   = ["s3:ListBucket", "s3:GetObject"]
    resources = ["arn:aws:s3:::*"]
  }
}

resource "aws_iam_group_policy" "tables" {
  group = "analysts"
  policy = jsonencode({ # expect: iam-policy-reads-everything
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["dynamodb:GetItem", "dynamodb:Query"], Resource = "arn:aws:dynamodb:us-east-1:111122223333:table/*" }]
  })
}
