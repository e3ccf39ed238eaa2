variable "value" {
  default = "Disabled"
}

resource "aws_sagemaker_notebook_instance" "phi" {
  name                   = "research"
  role_arn               = "arn:aws:iam::111122223333:role/research"
  instance_type          = "ml.t3.medium"
  direct_internet_access = "Disabled"
}

resource "aws_sagemaker_notebook_instance" "from_variable" {
  name                   = "research"
  role_arn               = "arn:aws:iam::111122223333:role/research"
  instance_type          = "ml.t3.medium"
  direct_internet_access = var.value
}
