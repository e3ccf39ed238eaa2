# What looks like a bound, and binds nothing.
resource "aws_iam_policy" "all_but_one_key" {
  policy = jsonencode({ # expect: iam-policy-blanket-decrypt
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:Decrypt", NotResource = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }]
  })
}

resource "aws_iam_policy" "all_but_one_service" {
  policy = jsonencode({ # expect: iam-policy-blanket-decrypt
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "kms:Decrypt"
      Resource  = "*"
      Condition = { StringNotEquals = { "kms:ViaService" = "rds.us-east-1.amazonaws.com" } }
    }]
  })
}
