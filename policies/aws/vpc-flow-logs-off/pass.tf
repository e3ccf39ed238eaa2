resource "aws_vpc" "phi" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "phi" {
  vpc_id               = aws_vpc.phi.id
  traffic_type         = "ALL"
  log_destination      = "arn:aws:s3:::clinic-flow-logs"
  log_destination_type = "s3"
}
