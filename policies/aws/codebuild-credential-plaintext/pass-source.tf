resource "aws_codebuild_project" "portal" {
  name = "portal"
  source {
    type     = "GITHUB"
    location = "https://github.com/clinic/portal.git"
  }
  secondary_sources {
    type              = "S3"
    source_identifier = "data"
    location          = "clinic-build/data.zip"
  }
}
