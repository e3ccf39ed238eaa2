resource "aws_db_instance" "absent" {
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}

resource "aws_db_subnet_group" "private" {
  subnet_ids = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
}

# In subnets of its own a Multi-AZ cluster is private.
resource "aws_rds_cluster" "multi_az" {
  cluster_identifier        = "patients"
  engine                    = "postgres"
  db_cluster_instance_class = "db.m6gd.large"
  db_subnet_group_name      = aws_db_subnet_group.private.name
}
