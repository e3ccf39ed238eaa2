variable "password" {
  type = string
}

resource "aws_lambda_function" "variable" {
  function_name = "intake"
  role          = "intake"
  environment {
    variables = { # expect: lambda-environment-credential
      DB_PASSWORD = var.password
    }
  }
}
