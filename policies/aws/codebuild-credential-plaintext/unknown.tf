variable "kind" {
  type = string
}

resource "aws_codebuild_project" "variable" {
  name         = "portal"
  service_role = "arn:aws:iam::111122223333:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
    environment_variable {
      name  = "DB_PASSWORD"
      type  = var.kind
      value = "hunter2-Kx93mQpz" # expect: codebuild-credential-plaintext
    }
  }
}
