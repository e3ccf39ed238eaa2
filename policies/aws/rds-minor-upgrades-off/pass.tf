variable "value" {
  default = true
}

resource "aws_db_instance" "phi" {
  identifier                 = "patients"
  engine                     = "postgres"
  instance_class             = "db.m7g.large"
  auto_minor_version_upgrade = true
}

resource "aws_rds_cluster_instance" "phi" {
  cluster_identifier         = "patients"
  instance_class             = "db.r7g.large"
  engine                     = "aurora-postgresql"
  auto_minor_version_upgrade = true
}

resource "aws_db_instance" "from_variable" {
  identifier                 = "patients"
  engine                     = "postgres"
  instance_class             = "db.m7g.large"
  auto_minor_version_upgrade = var.value
}
