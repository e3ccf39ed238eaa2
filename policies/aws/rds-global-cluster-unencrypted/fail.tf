resource "aws_rds_global_cluster" "off" {
  global_cluster_identifier = "patients-global"
  engine                    = "aurora-postgresql"
  storage_encrypted         = false # expect: rds-global-cluster-unencrypted
}

resource "aws_rds_cluster" "primary" {
  cluster_identifier = "patients"
  engine             = "aurora-postgresql"
}

resource "aws_rds_global_cluster" "inherited" { # expect: rds-global-cluster-unencrypted
  global_cluster_identifier    = "patients-inherited"
  source_db_cluster_identifier = aws_rds_cluster.primary.arn
}

resource "aws_rds_global_cluster" "elsewhere" {
  global_cluster_identifier    = "patients-elsewhere"
  source_db_cluster_identifier = "arn:aws:rds:us-east-1:111122223333:cluster:patients"
  storage_encrypted            = false # expect: rds-global-cluster-unencrypted
}
