resource "aws_s3_bucket" "intake" {
  bucket = "acme-intake"
}

resource "aws_lambda_permission" "bucket" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com"
  source_arn    = aws_s3_bucket.intake.arn
}

resource "aws_lambda_permission" "account" {
  function_name  = "rule"
  action         = "lambda:InvokeFunction"
  principal      = "config.amazonaws.com"
  source_account = "111122223333"
}
