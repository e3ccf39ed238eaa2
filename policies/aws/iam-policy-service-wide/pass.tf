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
      Action   = ["s3:GetObject", "s3:List*"]
      Resource = "arn:aws:s3:::phi/*"
    }]
  })
}

resource "aws_iam_user_policy" "denies" {
  user = "break-glass"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Deny"
      Action   = ["s3:*", "kms:Decrypt"]
      Resource = "*"
    }]
  })
}
