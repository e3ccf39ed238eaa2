# What looks like a bound, and binds nothing.
resource "aws_iam_policy" "all_but_one_table" {
  policy = jsonencode({ # expect: iam-policy-reads-everything
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", NotResource = "arn:aws:dynamodb:us-east-1:111122223333:table/audit" }]
  })
}

resource "aws_iam_policy" "all_but_one_tag" {
  policy = jsonencode({ # expect: iam-policy-reads-everything
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
      Condition = { StringNotEquals = { "aws:ResourceTag/app" = "payroll" } }
    }]
  })
}
