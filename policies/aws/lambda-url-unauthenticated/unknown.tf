variable "authorization" {
  type = string
}

resource "aws_lambda_function_url" "variable" {
  function_name      = "intake"
  authorization_type = var.authorization # expect: lambda-url-unauthenticated
}
