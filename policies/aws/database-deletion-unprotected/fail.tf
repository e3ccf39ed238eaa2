resource "aws_db_instance" "off" {
  identifier          = "patients"
  engine              = "postgres"
  instance_class      = "db.m7g.large"
  deletion_protection = false # expect: database-deletion-unprotected
}

resource "aws_db_instance" "text" {
  identifier          = "patients"
  engine              = "postgres"
  instance_class      = "db.m7g.large"
  deletion_protection = "false" # expect: database-deletion-unprotected
}

resource "aws_rds_cluster" "off" {
  cluster_identifier  = "patients"
  engine              = "aurora-postgresql"
  deletion_protection = false # expect: database-deletion-unprotected
}

resource "aws_rds_cluster" "text" {
  cluster_identifier  = "patients"
  engine              = "aurora-postgresql"
  deletion_protection = "false" # expect: database-deletion-unprotected
}

resource "aws_docdb_cluster" "off" {
  cluster_identifier  = "notes"
  deletion_protection = false # expect: database-deletion-unprotected
}

resource "aws_docdb_cluster" "text" {
  cluster_identifier  = "notes"
  deletion_protection = "false" # expect: database-deletion-unprotected
}

resource "aws_neptune_cluster" "off" {
  cluster_identifier  = "graph"
  engine              = "neptune"
  deletion_protection = false # expect: database-deletion-unprotected
}

resource "aws_neptune_cluster" "text" {
  cluster_identifier  = "graph"
  engine              = "neptune"
  deletion_protection = "false" # expect: database-deletion-unprotected
}
