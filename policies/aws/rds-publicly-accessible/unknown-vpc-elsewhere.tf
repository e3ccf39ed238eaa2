# Whether the VPC has an internet gateway is not in view.
data "aws_vpc" "shared" {
  id = "vpc-0123456789abcdef0"
}

resource "aws_subnet" "a" {
  vpc_id            = data.aws_vpc.shared.id
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
