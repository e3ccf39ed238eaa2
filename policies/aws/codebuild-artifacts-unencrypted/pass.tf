resource "aws_codebuild_project" "phi" {
  name         = "portal"
  service_role = "arn:aws:iam::111122223333:role/build"
  artifacts {
    type = "S3"
  }
}
