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
