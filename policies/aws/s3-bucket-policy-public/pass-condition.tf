locals {
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": %s}
    }
  JSON
}

resource "aws_s3_bucket_policy" "role" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ ArnLike = { "aws:PrincipalArn" = ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::444455556666:root"] } }))
}

resource "aws_s3_bucket_policy" "account" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringEquals = { "aws:PrincipalAccount" = ["111122223333", "444455556666"] } }))
}

resource "aws_s3_bucket_policy" "org" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }))
}

resource "aws_s3_bucket_policy" "path" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ "ForAnyValue:StringLike" = { "aws:PrincipalOrgPaths" = ["o-a1b2c3d4e5/r-ab12/*"] } }))
}

resource "aws_s3_bucket_policy" "source" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ ArnLike = { "aws:SourceArn" = "arn:aws:logs:*:111122223333:*" } }))
}

resource "aws_s3_bucket_policy" "vpc" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ StringEquals = { "aws:SourceVpc" = "vpc-0123456789abcdef0" } }))
}

resource "aws_s3_bucket_policy" "bucket" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ ArnEquals = { "aws:SourceArn" = "arn:aws:s3:::clinic-inventory" } }))
}

resource "aws_s3_bucket_policy" "office" {
  bucket = "clinic-documents"
  policy = format(local.policy, jsonencode({ IpAddress = { "aws:SourceIp" = ["198.51.100.0/24", "203.0.113.7", "2001:db8:1::/48"] } }))
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

resource "aws_s3_bucket_policy" "own_account" {
  bucket = "clinic-documents"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
      }, {
      Effect    = "Allow"
      Principal = { AWS = data.aws_caller_identity.current.account_id }
      Action    = "s3:GetObject"
      Resource  = "*"
    }]
  })
}

resource "aws_s3_bucket_policy" "own_source" {
  bucket = "clinic-documents"
  policy = data.aws_iam_policy_document.own_source.json
}

data "aws_iam_policy_document" "own_source" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:*"]
    }
  }
}
