variable "log" {
  type = bool
}

resource "aws_mq_broker" "variable" {
  broker_name        = "orders"
  engine_type        = "ActiveMQ"
  engine_version     = "5.18"
  host_instance_type = "mq.m5.large"
  logs {
    general = var.log # expect: mq-logs-off
    audit   = true
  }
}
