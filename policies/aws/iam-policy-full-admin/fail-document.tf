data "aws_iam_policy_document" "admin" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_group_policy" "admin" {
  name   = "admin"
  group  = "ops"
  policy = data.aws_iam_policy_document.admin.json # expect: iam-policy-full-admin
}

# Used by nothing in view.
data "aws_iam_policy_document" "output" {
  statement {
    actions   = ["*"] # expect: iam-policy-full-admin
    resources = ["*"]
  }
}
