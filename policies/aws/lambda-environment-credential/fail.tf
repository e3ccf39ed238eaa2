resource "aws_lambda_function" "literal" {
  function_name = "intake"
  role          = "intake"
  environment {
    variables = { # expect: lambda-environment-credential
      LOG_LEVEL   = "info"
      DB_PASSWORD = "hunter2-Kx93mQpz"
    }
  }
}
