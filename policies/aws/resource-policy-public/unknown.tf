variable "policy" {
  type = string
}

resource "aws_ecr_repository_policy" "variable" {
  repository = "portal"
  policy     = var.policy # expect: resource-policy-public
}
