variable "logs" {
  type = bool
}

resource "aws_mwaa_environment" "pipelines" {
  name = "pipelines"
  logging_configuration {
    task_logs {
      enabled = var.logs # expect: mwaa-logs-off
    }
    scheduler_logs {
      enabled = true
    }
    webserver_logs {
      enabled = true
    }
  }
}
