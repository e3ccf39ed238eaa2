resource "aws_kms_key" "phi" {
  description = "PHI"
  policy = jsonencode({ # expect: kms-key-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

# Through RDS, but by whom?
resource "aws_kms_key_policy" "service" {
  key_id = "1234abcd-12ab-34cd-56ef-1234567890ab"
  policy = jsonencode({ # expect: kms-key-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["*"] }
      Action    = "kms:Decrypt"
      Resource  = "*"
      Condition = { StringEquals = { "kms:ViaService" = "rds.us-east-1.amazonaws.com" } }
    }]
  })
}
