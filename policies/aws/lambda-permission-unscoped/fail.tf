resource "aws_lambda_permission" "bucket" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com" # expect: lambda-permission-unscoped
}
