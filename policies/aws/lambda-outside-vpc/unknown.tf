variable "subnets" {
  type = list(string)
}

resource "aws_lambda_function" "variable" {
  function_name = "intake"
  role          = "intake"
  vpc_config {
    subnet_ids         = var.subnets # expect: lambda-outside-vpc
    security_group_ids = ["sg-1"]
  }
}
