resource "aws_db_instance" "private" {
  engine              = "postgres"
  instance_class      = "db.t4g.medium"
  publicly_accessible = false
}

resource "aws_rds_cluster_instance" "private" {
  cluster_identifier  = "patients"
  engine              = "aurora-postgresql"
  instance_class      = "db.r6g.large"
  publicly_accessible = false
}
