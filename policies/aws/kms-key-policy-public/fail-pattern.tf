# Everybody is somebody that the patterns hold.
locals {
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*", "Condition": %s}
    }
  JSON
}

resource "aws_kms_key" "any_principal" {
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalArn" = "arn:aws:iam::*:*" } })) # expect: kms-key-policy-public
}

resource "aws_kms_key" "any_role" {
  policy = format(local.policy, jsonencode({ ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::*:role/reader" } })) # expect: kms-key-policy-public
}

resource "aws_kms_key" "any_source" {
  policy = format(local.policy, jsonencode({ ArnLike = { "aws:SourceArn" = "arn:*" } })) # expect: kms-key-policy-public
}

resource "aws_kms_key" "any_account" {
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalAccount" = "????????????" } })) # expect: kms-key-policy-public
}

resource "aws_kms_key" "any_org" {
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalOrgID" = "o-?*" } })) # expect: kms-key-policy-public
}

resource "aws_kms_key" "two_stars" {
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalOrgID" = "**" } })) # expect: kms-key-policy-public
}

resource "aws_kms_key" "own_org" {
  policy = format(local.policy, jsonencode({ StringEquals = { "aws:PrincipalOrgID" = "$${aws:PrincipalOrgID}" } })) # expect: kms-key-policy-public
}

resource "aws_kms_key" "any_path" {
  policy = format(local.policy, jsonencode({ "ForAnyValue:StringLike" = { "aws:PrincipalOrgPaths" = ["o-*/*"] } })) # expect: kms-key-policy-public
}

resource "aws_kms_key" "one_of_two" {
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalOrgID" = ["o-a1b2c3d4e5", "o-*a"] } })) # expect: kms-key-policy-public
}

resource "aws_kms_key" "number" {
  policy = format(local.policy, jsonencode({ NumericGreaterThan = { "aws:PrincipalAccount" = "0" } })) # expect: kms-key-policy-public
}
