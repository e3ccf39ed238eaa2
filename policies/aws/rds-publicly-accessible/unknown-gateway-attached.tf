resource "aws_vpc" "phi" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "phi" {}

resource "aws_internet_gateway_attachment" "phi" {
  internet_gateway_id = aws_internet_gateway.phi.id
  vpc_id              = aws_vpc.phi.id
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.phi.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "us-east-1a"
}

resource "aws_db_subnet_group" "phi" {
  name       = "phi"
  subnet_ids = [aws_subnet.a.id]
}

resource "aws_rds_cluster" "charts" { # expect: rds-publicly-accessible
  engine                    = "postgres"
  db_cluster_instance_class = "db.m6gd.large"
  db_subnet_group_name      = aws_db_subnet_group.phi.name
}
