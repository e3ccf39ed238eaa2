# What is not written is off.
resource "aws_db_instance" "absent" { # expect: rds-enhanced-monitoring-off
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.m7g.large"
}

resource "aws_rds_cluster_instance" "absent" { # expect: rds-enhanced-monitoring-off
  cluster_identifier = "patients"
  instance_class     = "db.r7g.large"
  engine             = "aurora-postgresql"
}
