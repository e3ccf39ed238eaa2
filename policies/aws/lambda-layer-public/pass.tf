resource "aws_lambda_layer_version_permission" "own" {
  layer_name     = "common"
  version_number = 1
  statement_id   = "own"
  action         = "lambda:GetLayerVersion"
  principal      = "111122223333"
}
