resource "aws_sagemaker_notebook_instance" "research" {
  name        = "research"
  root_access = "Enabled" # expect: sagemaker-notebook-root
}
