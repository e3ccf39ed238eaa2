resource "aws_db_instance" "skipped" {
  engine              = "postgres"
  instance_class      = "db.t4g.medium"
  skip_final_snapshot = true # expect: rds-final-snapshot-skipped
}

resource "aws_rds_cluster" "skipped" {
  engine              = "aurora-postgresql"
  skip_final_snapshot = true # expect: rds-final-snapshot-skipped
}
