# Logs of tasks are on by default.
resource "aws_mwaa_environment" "pipelines" {
  name = "pipelines"
  logging_configuration {
    scheduler_logs {
      enabled = true
    }
    webserver_logs {
      enabled = true
    }
  }
}
