locals {
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*", "Condition": %s}
    }
  JSON
}

resource "aws_kms_key" "role" {
  policy = format(local.policy, jsonencode({ ArnLike = { "aws:PrincipalArn" = ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::444455556666:root"] } }))
}

resource "aws_kms_key" "account" {
  policy = format(local.policy, jsonencode({ StringEquals = { "aws:PrincipalAccount" = ["111122223333", "444455556666"] } }))
}

resource "aws_kms_key" "org" {
  policy = format(local.policy, jsonencode({ StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }))
}

resource "aws_kms_key" "path" {
  policy = format(local.policy, jsonencode({ "ForAnyValue:StringLike" = { "aws:PrincipalOrgPaths" = ["o-a1b2c3d4e5/r-ab12/*"] } }))
}

resource "aws_kms_key" "source" {
  policy = format(local.policy, jsonencode({ ArnLike = { "aws:SourceArn" = "arn:aws:logs:*:111122223333:*" } }))
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "caller" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "kms:Decrypt"
      Resource  = "*"
      Condition = { StringEquals = { "kms:CallerAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}
