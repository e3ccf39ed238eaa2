resource "aws_rds_global_cluster" "patients" {
  global_cluster_identifier = "patients-global"
  engine                    = "aurora-postgresql"
  storage_encrypted         = true
}

resource "aws_rds_cluster" "primary" {
  cluster_identifier = "patients"
  engine             = "aurora-postgresql"
  storage_encrypted  = true
}

resource "aws_rds_global_cluster" "inherited" {
  global_cluster_identifier    = "patients-inherited"
  source_db_cluster_identifier = aws_rds_cluster.primary.arn
}

resource "aws_rds_global_cluster" "elsewhere" {
  global_cluster_identifier    = "patients-elsewhere"
  source_db_cluster_identifier = "arn:aws:rds:us-east-1:111122223333:cluster:patients"
  storage_encrypted            = true
}
