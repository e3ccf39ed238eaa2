# Patterns that hold the resources of every account.

resource "aws_lambda_permission" "anything" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "*" # expect: lambda-permission-public
  source_arn    = "*"
}

resource "aws_lambda_permission" "any_bucket" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "*" # expect: lambda-permission-public
  source_arn    = "arn:aws:s3:::*"
}

resource "aws_lambda_permission" "some_buckets" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "*" # expect: lambda-permission-public
  source_arn    = "arn:aws:s3:::clinic-*"
}

resource "aws_lambda_permission" "any_account" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "*" # expect: lambda-permission-public
  source_arn    = "arn:aws:execute-api:us-east-1:*:a1b2c3d4e5/*/GET/*"
}
