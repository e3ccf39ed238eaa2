resource "aws_db_instance" "off" {
  identifier                 = "patients"
  engine                     = "postgres"
  instance_class             = "db.m7g.large"
  auto_minor_version_upgrade = false # expect: rds-minor-upgrades-off
}

resource "aws_db_instance" "text" {
  identifier                 = "patients"
  engine                     = "postgres"
  instance_class             = "db.m7g.large"
  auto_minor_version_upgrade = "false" # expect: rds-minor-upgrades-off
}

resource "aws_rds_cluster_instance" "off" {
  cluster_identifier         = "patients"
  instance_class             = "db.r7g.large"
  engine                     = "aurora-postgresql"
  auto_minor_version_upgrade = false # expect: rds-minor-upgrades-off
}

resource "aws_rds_cluster_instance" "text" {
  cluster_identifier         = "patients"
  instance_class             = "db.r7g.large"
  engine                     = "aurora-postgresql"
  auto_minor_version_upgrade = "false" # expect: rds-minor-upgrades-off
}
