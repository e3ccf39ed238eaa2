resource "aws_lambda_function" "phi" {
  function_name = "intake"
  role          = "intake"
  vpc_config {
    subnet_ids         = ["subnet-1"]
    security_group_ids = ["sg-1"]
  }
}
