resource "aws_codebuild_project" "plain" {
  name         = "portal"
  service_role = "arn:aws:iam::111122223333:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
    environment_variable {
      name  = "AWS_SECRET_ACCESS_KEY"
      value = "wJalrXUtnFEMIK7MDENGbPxRfiCYzzKEYabcdefg" # expect: codebuild-credential-plaintext
    }
  }
}
