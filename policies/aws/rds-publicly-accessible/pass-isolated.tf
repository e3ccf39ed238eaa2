resource "aws_vpc" "data" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "data" {
  count      = 2
  vpc_id     = aws_vpc.data.id
  cidr_block = cidrsubnet(aws_vpc.data.cidr_block, 4, count.index)
}

resource "aws_db_subnet_group" "data" {
  name       = "data"
  subnet_ids = aws_subnet.data[*].id
}

# Its VPC has no internet gateway.
resource "aws_rds_cluster" "multi_az" {
  cluster_identifier        = "patients"
  engine                    = "postgres"
  db_cluster_instance_class = "db.m6gd.large"
  db_subnet_group_name      = aws_db_subnet_group.data.name
}
