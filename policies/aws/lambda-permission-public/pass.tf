resource "aws_lambda_permission" "organisation" {
  function_name    = "intake"
  action           = "lambda:InvokeFunction"
  principal        = "*"
  principal_org_id = "o-a1b2c3d4e5"
}

resource "aws_lambda_permission" "partner" {
  function_name = "intake"
  action        = "lambda:InvokeFunction"
  principal     = "444455556666"
}
