resource "aws_vpc" "silent" { # expect: vpc-flow-logs-off
  cidr_block = "10.0.0.0/16"
}
