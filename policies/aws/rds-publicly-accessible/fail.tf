resource "aws_db_instance" "public" {
  engine              = "postgres"
  instance_class      = "db.t4g.medium"
  publicly_accessible = true # expect: rds-publicly-accessible
}

resource "aws_rds_cluster_instance" "public" {
  cluster_identifier  = "patients"
  engine              = "aurora-postgresql"
  instance_class      = "db.r6g.large"
  publicly_accessible = true # expect: rds-publicly-accessible
}
