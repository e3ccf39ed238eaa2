variable "key" {
  type = string
}

resource "aws_sagemaker_notebook_instance" "variable" {
  name          = "research"
  role_arn      = "arn:aws:iam::111122223333:role/research"
  instance_type = "ml.t3.medium"
  kms_key_id    = var.key # expect: sagemaker-without-customer-key
}
