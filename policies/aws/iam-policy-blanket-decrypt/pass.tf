resource "aws_kms_key" "phi" {}

resource "aws_iam_policy" "reference" {
  name   = "reference"
  policy = data.aws_iam_policy_document.reference.json
}

data "aws_iam_policy_document" "reference" {
  statement {
    actions   = ["kms:*", "kms:Decrypt"]
    resources = [aws_kms_key.phi.arn]
  }
}

resource "aws_iam_policy" "narrow" {
  name = "narrow"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }]
  })
}

resource "aws_iam_user_policy" "denies" {
  user = "break-glass"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Deny"
      Action   = ["kms:Decrypt", "kms:DescribeKey"]
      Resource = "*"
    }]
  })
}
