resource "aws_db_instance" "off" {
  identifier          = "patients"
  engine              = "postgres"
  instance_class      = "db.m7g.large"
  monitoring_interval = 0 # expect: rds-enhanced-monitoring-off
}

resource "aws_rds_cluster_instance" "off" {
  cluster_identifier  = "patients"
  instance_class      = "db.r7g.large"
  engine              = "aurora-postgresql"
  monitoring_interval = 0 # expect: rds-enhanced-monitoring-off
}
