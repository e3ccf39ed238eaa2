variable "value" {
  type = number
}

resource "aws_db_instance" "variable" {
  identifier          = "patients"
  engine              = "postgres"
  instance_class      = "db.m7g.large"
  monitoring_interval = var.value # expect: rds-enhanced-monitoring-off
}

resource "aws_rds_cluster_instance" "variable" {
  cluster_identifier  = "patients"
  instance_class      = "db.r7g.large"
  engine              = "aurora-postgresql"
  monitoring_interval = var.value # expect: rds-enhanced-monitoring-off
}
