resource "aws_s3_bucket" "intake" {
  bucket_prefix = "acme-intake"
}

# Every bucket whose name begins alike.
resource "aws_lambda_permission" "prefix" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "*" # expect: lambda-permission-public
  source_arn    = "${aws_s3_bucket.intake.arn}*"
}
