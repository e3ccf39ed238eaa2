variable "value" {
  default = 60
}

resource "aws_db_instance" "phi" {
  identifier          = "patients"
  engine              = "postgres"
  instance_class      = "db.m7g.large"
  monitoring_interval = 60
}

resource "aws_rds_cluster_instance" "phi" {
  cluster_identifier  = "patients"
  instance_class      = "db.r7g.large"
  engine              = "aurora-postgresql"
  monitoring_interval = 60
}

resource "aws_db_instance" "from_variable" {
  identifier          = "patients"
  engine              = "postgres"
  instance_class      = "db.m7g.large"
  monitoring_interval = var.value
}
