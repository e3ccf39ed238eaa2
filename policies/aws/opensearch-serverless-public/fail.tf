resource "aws_opensearchserverless_security_policy" "open" {
  name = "records"
  type = "network"
  policy = jsonencode([{ # expect: opensearch-serverless-public
    Rules           = [{ ResourceType = "collection", Resource = ["collection/records"] }]
    AllowFromPublic = true
  }])
}
