# Whoever sends no such key is let in.
resource "aws_kms_key" "phi" {
  policy = jsonencode({ # expect: kms-key-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "kms:*"
      Resource  = "*"
      Condition = { StringEqualsIfExists = { "kms:CallerAccount" = "111122223333" } }
    }]
  })
}
