variable "policy" {
  type = string
}

resource "aws_opensearchserverless_security_policy" "variable" {
  name   = "records"
  type   = "network"
  policy = var.policy # expect: opensearch-serverless-public
}
