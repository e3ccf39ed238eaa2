# What is not written holds.
resource "aws_db_instance" "absent" {
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.m7g.large"
}

resource "aws_rds_cluster_instance" "absent" {
  cluster_identifier = "patients"
  instance_class     = "db.r7g.large"
  engine             = "aurora-postgresql"
}
