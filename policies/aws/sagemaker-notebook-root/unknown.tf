variable "root" {
  type = string
}

resource "aws_sagemaker_notebook_instance" "research" {
  name        = "research"
  root_access = var.root # expect: sagemaker-notebook-root
}
