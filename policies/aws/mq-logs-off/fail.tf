resource "aws_mq_broker" "absent" { # expect: mq-logs-off
  broker_name        = "orders"
  engine_type        = "ActiveMQ"
  engine_version     = "5.18"
  host_instance_type = "mq.m5.large"
}

resource "aws_mq_broker" "off" {
  broker_name        = "orders"
  engine_type        = "ActiveMQ"
  engine_version     = "5.18"
  host_instance_type = "mq.m5.large"
  logs {
    general = true
    audit   = false # expect: mq-logs-off
  }
}
