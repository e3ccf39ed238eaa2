variable "off" {
  type = bool
}

resource "aws_codebuild_project" "variable" {
  name         = "portal"
  service_role = "arn:aws:iam::111122223333:role/build"
  artifacts {
    type                = "S3"
    encryption_disabled = var.off # expect: codebuild-artifacts-unencrypted
  }
}
