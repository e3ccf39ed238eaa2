resource "aws_kms_key" "phi" {}

resource "aws_sagemaker_notebook_instance" "phi" {
  name          = "research"
  role_arn      = "arn:aws:iam::111122223333:role/research"
  instance_type = "ml.t3.medium"
  kms_key_id    = aws_kms_key.phi.arn
}

resource "aws_sagemaker_endpoint_configuration" "phi" {
  name = "triage"
  production_variants {
    model_name    = "triage"
    instance_type = "ml.m5.large"
  }
  kms_key_arn = aws_kms_key.phi.arn
}
