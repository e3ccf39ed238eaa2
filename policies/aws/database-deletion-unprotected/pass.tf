variable "value" {
  default = true
}

resource "aws_db_instance" "phi" {
  identifier          = "patients"
  engine              = "postgres"
  instance_class      = "db.m7g.large"
  deletion_protection = true
}

resource "aws_rds_cluster" "phi" {
  cluster_identifier  = "patients"
  engine              = "aurora-postgresql"
  deletion_protection = true
}

resource "aws_docdb_cluster" "phi" {
  cluster_identifier  = "notes"
  deletion_protection = true
}

resource "aws_neptune_cluster" "phi" {
  cluster_identifier  = "graph"
  engine              = "neptune"
  deletion_protection = true
}

resource "aws_db_instance" "from_variable" {
  identifier          = "patients"
  engine              = "postgres"
  instance_class      = "db.m7g.large"
  deletion_protection = var.value
}
