# What is not written is off.
resource "aws_sagemaker_notebook_instance" "absent" { # expect: sagemaker-notebook-internet
  name          = "research"
  role_arn      = "arn:aws:iam::111122223333:role/research"
  instance_type = "ml.t3.medium"
}
