# The same in other words.
locals {
  statements = {
    stars     = { Effect = "Allow", Action = ["**"], Resource = "arn:aws:*:*:*:*" }
    all_but   = { Effect = "Allow", NotAction = ["account:CloseAccount"], Resource = "*" }
    elsewhere = { Effect = "Allow", Action = "*", NotResource = ["arn:aws:s3:::other"] }
  }
}

resource "aws_iam_policy" "operations" {
  for_each = local.statements
  name     = each.key
  # expect: iam-policy-full-admin
  policy = jsonencode({ Version = "2012-10-17", Statement = [each.value] })
}

data "aws_iam_policy_document" "all_but" {
  statement {
    not_actions = ["account:CloseAccount"] # expect: iam-policy-full-admin
    resources   = ["*"]
  }
}
