# Conditions that let in whoever sends no such key, or everybody.
locals {
  conditions = {
    if_exists = { StringEqualsIfExists = { "aws:SourceVpce" = "vpce-1a2b3c4d" } }
    for_all   = { "ForAllValues:StringEquals" = { "aws:PrincipalOrgPaths" = ["o-a1b2c3d4e5/*"] } }
    any_org   = { StringLike = { "aws:PrincipalOrgID" = "o-*" } }
    half      = { IpAddress = { "aws:SourceIp" = ["0.0.0.0/1", "128.0.0.0/1"] } }
  }
}

resource "aws_s3_bucket_policy" "documents" {
  for_each = local.conditions
  bucket   = "clinic-${each.key}"
  # expect: s3-bucket-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::clinic/*"
      Condition = each.value
    }]
  })
}
