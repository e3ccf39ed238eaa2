variable "who" {
  type = string
}

resource "aws_lambda_layer_version_permission" "variable" {
  layer_name     = "common"
  version_number = 1
  statement_id   = "own"
  action         = "lambda:GetLayerVersion"
  principal      = var.who # expect: lambda-layer-public
}
