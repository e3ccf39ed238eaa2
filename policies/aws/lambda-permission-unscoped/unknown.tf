variable "source_arn" {
  type = string
}

resource "aws_lambda_permission" "variable" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com" # expect: lambda-permission-unscoped
  source_arn    = var.source_arn
}
