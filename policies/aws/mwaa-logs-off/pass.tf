resource "aws_mwaa_environment" "pipelines" {
  name = "pipelines"
  logging_configuration {
    dag_processing_logs {
      enabled = false
    }
    task_logs {
      enabled   = true
      log_level = "INFO"
    }
    scheduler_logs {
      enabled = true
    }
    webserver_logs {
      enabled = true
    }
  }
}
