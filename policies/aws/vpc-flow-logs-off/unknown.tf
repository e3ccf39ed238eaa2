variable "vpc" {
  type = string
}

resource "aws_vpc" "phi" { # expect: vpc-flow-logs-off
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "some" {
  vpc_id               = var.vpc
  traffic_type         = "ALL"
  log_destination      = "arn:aws:s3:::clinic-flow-logs"
  log_destination_type = "s3"
}
