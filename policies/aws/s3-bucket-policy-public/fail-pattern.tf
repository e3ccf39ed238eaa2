# Everybody is somebody that the patterns hold.
locals {
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": %s}
    }
  JSON
}

resource "aws_s3_bucket_policy" "any_principal" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalArn" = "arn:aws:iam::*:*" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "any_role" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::*:role/reader" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "any_source" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ ArnLike = { "aws:SourceArn" = "arn:*" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "any_account" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalAccount" = "????????????" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "any_org" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalOrgID" = "o-?*" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "two_stars" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalOrgID" = "**" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "own_org" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringEquals = { "aws:PrincipalOrgID" = "$${aws:PrincipalOrgID}" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "any_path" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ "ForAnyValue:StringLike" = { "aws:PrincipalOrgPaths" = ["o-*/*"] } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "one_of_two" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringLike = { "aws:PrincipalOrgID" = ["o-a1b2c3d4e5", "o-*a"] } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "number" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ NumericGreaterThan = { "aws:PrincipalAccount" = "0" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "any_vpc" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringLike = { "aws:SourceVpc" = "vpc-*" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "any_bucket" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ ArnLike = { "aws:SourceArn" = "arn:aws:s3:::*" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "quarters" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ IpAddress = { "aws:SourceIp" = ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"] } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "seven" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ IpAddress = { "aws:SourceIp" = "20.0.0.0/7" } })) # expect: s3-bucket-policy-public
}

resource "aws_s3_bucket_policy" "six" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ IpAddress = { "aws:SourceIp" = "2000::/3" } })) # expect: s3-bucket-policy-public
}
