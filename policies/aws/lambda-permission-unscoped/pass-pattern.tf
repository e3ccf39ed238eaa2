data "aws_caller_identity" "current" {}

resource "aws_api_gateway_rest_api" "intake" {
  name = "intake"
}

resource "aws_lambda_permission" "api" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.intake.execution_arn}/*/*"
}

resource "aws_lambda_permission" "account" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com"
  source_arn    = "arn:aws:logs:us-east-1:${data.aws_caller_identity.current.account_id}:*"
}

resource "aws_lambda_permission" "written" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com"
  source_arn    = "arn:aws:logs:us-east-1:111122223333:*"
}

resource "aws_lambda_permission" "topic" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com"
  source_arn    = "arn:aws:sns:us-east-1:111122223333:intake"
}
