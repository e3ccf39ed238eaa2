resource "aws_msk_cluster" "cloudwatch" {
  cluster_name           = "cloudwatch"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 3
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = "/msk/records"
      }
    }
  }
}

resource "aws_msk_cluster" "bucket" {
  cluster_name           = "bucket"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 3
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled = false
      }
      s3 {
        enabled = true
        bucket  = "clinic-logs"
      }
    }
  }
}
