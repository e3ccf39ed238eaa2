resource "aws_iam_role_policy_attachment" "admin" {
  role       = "ci"
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # expect: iam-administrator-attached
}

resource "aws_iam_role" "admin" {
  name                = "ci"
  assume_role_policy  = "{}"
  managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::aws:policy/IAMFullAccess"] # expect: iam-administrator-attached
}

resource "aws_iam_group_policy_attachment" "data" {
  group      = "staff"
  policy_arn = data.aws_iam_policy.admin.arn # expect: iam-administrator-attached
}

data "aws_iam_policy" "admin" {
  arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
