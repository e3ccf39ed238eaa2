resource "aws_db_instance" "deleted" {
  engine                   = "postgres"
  instance_class           = "db.t4g.medium"
  delete_automated_backups = true # expect: rds-automated-backups-deleted
}

resource "aws_rds_cluster" "deleted" {
  engine                   = "aurora-postgresql"
  delete_automated_backups = true # expect: rds-automated-backups-deleted
}
