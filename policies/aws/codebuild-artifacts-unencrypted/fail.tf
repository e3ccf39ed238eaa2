resource "aws_codebuild_project" "off" {
  name         = "portal"
  service_role = "arn:aws:iam::111122223333:role/build"
  artifacts {
    type                = "S3"
    encryption_disabled = true # expect: codebuild-artifacts-unencrypted
  }
}
