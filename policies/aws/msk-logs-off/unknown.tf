variable "logs" {
  type = bool
}

resource "aws_msk_cluster" "variable" { # expect: msk-logs-off
  cluster_name           = "variable"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 3
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = var.logs
        log_group = "/msk/records"
      }
    }
  }
}
