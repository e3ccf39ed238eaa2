resource "aws_s3_bucket" "intake" {
  bucket_prefix = "acme-intake"
}

# Every bucket whose name begins alike.
resource "aws_lambda_permission" "prefix" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com" # expect: lambda-permission-unscoped
  source_arn    = "${aws_s3_bucket.intake.arn}*"
}
