# As CodeBuild does by itself.
resource "aws_codebuild_project" "default" {
  name = "default"
}

resource "aws_codebuild_project" "bucket" {
  name = "bucket"
  logs_config {
    cloudwatch_logs {
      status = "DISABLED"
    }
    s3_logs {
      status   = "ENABLED"
      location = "clinic-logs/build"
    }
  }
}
