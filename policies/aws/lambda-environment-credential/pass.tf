variable "level" {
  type = string
}

resource "aws_lambda_function" "phi" {
  function_name = "intake"
  role          = "intake"
  environment {
    variables = {
      LOG_LEVEL     = var.level
      DB_SECRET_ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:ehr"
    }
  }
}
