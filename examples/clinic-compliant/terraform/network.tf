resource "aws_vpc" "clinic" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_flow_log" "clinic" {
  vpc_id               = aws_vpc.clinic.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::clinic-access-logs/vpc/"
}

resource "aws_subnet" "private" {
  for_each          = { a = 0, b = 1, c = 2 }
  vpc_id            = aws_vpc.clinic.id
  cidr_block        = cidrsubnet(aws_vpc.clinic.cidr_block, 8, each.value)
  availability_zone = "us-east-1${each.key}"
}

locals {
  admin_ports = [22, 5432]
}

resource "aws_security_group" "bastion" {
  name   = "${var.environment}-bastion"
  vpc_id = aws_vpc.clinic.id

  dynamic "ingress" {
    for_each = local.admin_ports
    content {
      description = "administration"
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = [var.office_cidr]
    }
  }
}
