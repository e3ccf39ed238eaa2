resource "aws_msk_cluster" "records" { # expect: msk-logs-off
  cluster_name           = "records"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 3
}

resource "aws_msk_cluster" "off" { # expect: msk-logs-off
  cluster_name           = "off"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 3
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled = false
      }
      s3 {
        enabled = false
      }
    }
  }
}
