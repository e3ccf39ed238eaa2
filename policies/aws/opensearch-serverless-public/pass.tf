resource "aws_opensearchserverless_security_policy" "phi" {
  name = "records"
  type = "network"
  policy = jsonencode([{
    Rules           = [{ ResourceType = "collection", Resource = ["collection/records"] }]
    AllowFromPublic = false
    SourceVPCEs     = ["vpce-1"]
  }])
}
