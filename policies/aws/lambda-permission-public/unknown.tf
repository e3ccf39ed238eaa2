variable "principal" {
  type = string
}

resource "aws_lambda_permission" "variable" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = var.principal # expect: lambda-permission-public
}
