variable "value" {
  type = bool
}

resource "aws_db_instance" "variable" {
  identifier                 = "patients"
  engine                     = "postgres"
  instance_class             = "db.m7g.large"
  auto_minor_version_upgrade = var.value # expect: rds-minor-upgrades-off
}

resource "aws_rds_cluster_instance" "variable" {
  cluster_identifier         = "patients"
  instance_class             = "db.r7g.large"
  engine                     = "aurora-postgresql"
  auto_minor_version_upgrade = var.value # expect: rds-minor-upgrades-off
}
