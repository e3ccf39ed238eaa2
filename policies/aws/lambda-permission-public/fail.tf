resource "aws_lambda_permission" "everybody" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "*" # expect: lambda-permission-public
}
