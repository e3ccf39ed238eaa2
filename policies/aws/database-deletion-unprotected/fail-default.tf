# What is not written is off.
resource "aws_db_instance" "absent" { # expect: database-deletion-unprotected
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.m7g.large"
}

resource "aws_rds_cluster" "absent" { # expect: database-deletion-unprotected
  cluster_identifier = "patients"
  engine             = "aurora-postgresql"
}

resource "aws_docdb_cluster" "absent" { # expect: database-deletion-unprotected
  cluster_identifier = "notes"
}

resource "aws_neptune_cluster" "absent" { # expect: database-deletion-unprotected
  cluster_identifier = "graph"
  engine             = "neptune"
}
