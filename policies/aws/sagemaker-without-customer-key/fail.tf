resource "aws_sagemaker_notebook_instance" "plain" { # expect: sagemaker-without-customer-key
  name          = "research"
  role_arn      = "arn:aws:iam::111122223333:role/research"
  instance_type = "ml.t3.medium"
}

resource "aws_sagemaker_endpoint_configuration" "plain" { # expect: sagemaker-without-customer-key
  name = "triage"
  production_variants {
    model_name    = "triage"
    instance_type = "ml.m5.large"
  }
}
