variable "value" {
  type = bool
}

resource "aws_mq_broker" "variable" {
  broker_name         = "orders"
  engine_type         = "ActiveMQ"
  engine_version      = "5.18"
  host_instance_type  = "mq.m5.large"
  publicly_accessible = var.value # expect: mq-publicly-accessible
}
