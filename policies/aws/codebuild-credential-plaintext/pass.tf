resource "aws_codebuild_project" "phi" {
  name         = "portal"
  service_role = "arn:aws:iam::111122223333:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
    environment_variable {
      name  = "DB_PASSWORD"
      type  = "SECRETS_MANAGER"
      value = "ehr:password"
    }
  }
}
