resource "aws_db_instance" "absent" { # expect: rds-automated-backups-deleted
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}

resource "aws_rds_cluster" "absent" { # expect: rds-automated-backups-deleted
  engine = "aurora-postgresql"
}
