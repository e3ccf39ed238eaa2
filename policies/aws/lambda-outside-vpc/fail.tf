resource "aws_lambda_function" "outside" { # expect: lambda-outside-vpc
  function_name = "intake"
  role          = "intake"
}
