resource "aws_mwaa_environment" "pipelines" {
  name = "pipelines"
  logging_configuration {
    task_logs {
      enabled = false # expect: mwaa-logs-off
    }
    scheduler_logs {
      enabled = true
    }
    webserver_logs {
      enabled = true
    }
  }
}
