variable "status" {
  type = string
}

resource "aws_iam_access_key" "variable" {
  user   = "ci"
  status = var.status # expect: iam-access-key-created
}
