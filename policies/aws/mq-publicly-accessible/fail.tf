resource "aws_mq_broker" "off" {
  broker_name         = "orders"
  engine_type         = "ActiveMQ"
  engine_version      = "5.18"
  host_instance_type  = "mq.m5.large"
  publicly_accessible = true # expect: mq-publicly-accessible
}

resource "aws_mq_broker" "text" {
  broker_name         = "orders"
  engine_type         = "ActiveMQ"
  engine_version      = "5.18"
  host_instance_type  = "mq.m5.large"
  publicly_accessible = "true" # expect: mq-publicly-accessible
}
