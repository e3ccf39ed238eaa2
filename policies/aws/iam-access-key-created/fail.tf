resource "aws_iam_access_key" "ci" { # expect: iam-access-key-created
  user = "ci"
}

resource "aws_iam_access_key" "active" {
  user   = "ci"
  status = "Active" # expect: iam-access-key-created
}
