variable "subnets" {
  type = string
}

resource "aws_vpc" "main" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "data" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.20.1.0/24"
}

resource "aws_db_subnet_group" "data" {
  name       = "data"
  subnet_ids = [aws_subnet.data.id]
}

resource "aws_rds_cluster" "gateway" { # expect: rds-publicly-accessible
  cluster_identifier        = "patients"
  engine                    = "postgres"
  db_cluster_instance_class = "db.m6gd.large"
  db_subnet_group_name      = aws_db_subnet_group.data.name
}

resource "aws_rds_cluster" "elsewhere" { # expect: rds-publicly-accessible
  cluster_identifier        = "charts"
  engine                    = "mysql"
  db_cluster_instance_class = "db.m6gd.large"
  db_subnet_group_name      = "data"
}

resource "aws_rds_cluster" "variable" { # expect: rds-publicly-accessible
  cluster_identifier        = "scans"
  engine                    = "mysql"
  db_cluster_instance_class = "db.m6gd.large"
  db_subnet_group_name      = var.subnets
}
