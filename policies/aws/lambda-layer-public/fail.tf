resource "aws_lambda_layer_version_permission" "all" {
  layer_name     = "common"
  version_number = 1
  statement_id   = "all"
  action         = "lambda:GetLayerVersion"
  principal      = "*" # expect: lambda-layer-public
}
