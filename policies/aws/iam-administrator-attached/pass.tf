resource "aws_iam_role_policy_attachment" "phi" {
  role       = "portal"
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}

resource "aws_iam_policy" "own" {
  name   = "own"
  policy = "{}"
}

resource "aws_iam_role_policy_attachment" "own" {
  role       = "portal"
  policy_arn = aws_iam_policy.own.arn
}
