resource "aws_mwaa_environment" "scheduler" { # expect: mwaa-logs-off
  name = "scheduler"
  logging_configuration {
    task_logs {
      enabled = true
    }
    webserver_logs {
      enabled = true
    }
  }
}
