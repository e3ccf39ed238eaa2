# Each of these patterns holds everything.
resource "aws_iam_policy" "arn" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "arn:*:*" }] }) # expect: iam-policy-full-admin
}

resource "aws_iam_policy" "stars" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "**:*", Resource = "*" }] }) # expect: iam-policy-full-admin
}

resource "aws_iam_policy" "question" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "?*", Resource = "*" }] }) # expect: iam-policy-full-admin
}

resource "aws_iam_policy" "partition" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "arn:aws:*:*" }] }) # expect: iam-policy-full-admin
}

resource "aws_iam_policy" "arns" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "arn*" }] }) # expect: iam-policy-full-admin
}

resource "aws_iam_policy" "two" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*:?*", Resource = "*:*" }] }) # expect: iam-policy-full-admin
}

resource "aws_iam_policy" "account" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "arn:aws:*:*:111122223333:*" }] }) # expect: iam-policy-full-admin
}

resource "aws_iam_policy" "late" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "arn:a*" }] }) # expect: iam-policy-full-admin
}

data "aws_iam_policy_document" "output" {
  statement {
    actions   = ["?*"] # expect: iam-policy-full-admin
    resources = ["arn:*:*"]
  }
}
