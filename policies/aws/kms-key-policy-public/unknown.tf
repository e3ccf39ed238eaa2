variable "policy" {
  type = string
}

resource "aws_kms_key" "variable" {
  policy = var.policy # expect: kms-key-policy-public
}
