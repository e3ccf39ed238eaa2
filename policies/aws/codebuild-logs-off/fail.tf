resource "aws_codebuild_project" "off" {
  name = "off"
  logs_config {
    cloudwatch_logs {
      status = "DISABLED" # expect: codebuild-logs-off
    }
  }
}

resource "aws_codebuild_project" "readable" {
  name = "readable"
  logs_config {
    s3_logs {
      status              = "ENABLED"
      location            = "clinic-logs/build"
      encryption_disabled = true # expect: codebuild-logs-off
    }
  }
}
