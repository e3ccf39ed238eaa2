variable "status" {
  type = string
}

resource "aws_codebuild_project" "variable" {
  name = "variable"
  logs_config {
    cloudwatch_logs {
      status = var.status # expect: codebuild-logs-off
    }
  }
}
