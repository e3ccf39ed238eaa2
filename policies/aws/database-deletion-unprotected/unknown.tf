variable "value" {
  type = bool
}

resource "aws_db_instance" "variable" {
  identifier          = "patients"
  engine              = "postgres"
  instance_class      = "db.m7g.large"
  deletion_protection = var.value # expect: database-deletion-unprotected
}

resource "aws_rds_cluster" "variable" {
  cluster_identifier  = "patients"
  engine              = "aurora-postgresql"
  deletion_protection = var.value # expect: database-deletion-unprotected
}

resource "aws_docdb_cluster" "variable" {
  cluster_identifier  = "notes"
  deletion_protection = var.value # expect: database-deletion-unprotected
}

resource "aws_neptune_cluster" "variable" {
  cluster_identifier  = "graph"
  engine              = "neptune"
  deletion_protection = var.value # expect: database-deletion-unprotected
}
