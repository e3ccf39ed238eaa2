resource "aws_sagemaker_notebook_instance" "research" { # expect: sagemaker-notebook-root
  name = "research"
}
