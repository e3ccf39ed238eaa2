variable "trust" {
  type = string
}

resource "aws_iam_role" "variable" {
  name               = "variable"
  assume_role_policy = var.trust # expect: iam-role-assumable-by-anybody
}
